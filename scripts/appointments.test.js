// The tests of appointments.js: relevo test scripts/

const offer = {
  slots: [
    { at: '2026-11-25T10:00:00+01:00', doctor: 'Dr. Vega' },
    { at: '2026-11-26T09:30:00+01:00', doctor: 'Dr. Prado' },
    { at: '2026-12-01T17:15:00+01:00', doctor: 'Dr. Vega' },
  ],
};

test('a time for a button, in each language', () => {
  assert.equal(appointments.short(offer, 0, 'en'), 'Wed 25 Nov, 10:00');
  assert.equal(appointments.short(offer, 1, 'es-MX'), 'jue 26 nov, 09:30');
  assert.equal(appointments.short(offer, 2, 'pt'), 'ter 1 dez, 17:15');
});

test('every time fits a button', () => {
  for (let month = 1; month <= 12; month++) {
    for (let day = 10; day <= 17; day++) {
      const at = `2026-${String(month).padStart(2, '0')}-${day}T10:00:00Z`;
      for (const language of ['en', 'es', 'pt']) {
        assert.ok(appointments.short({ slots: [{ at }] }, 0, language).length <= 20, at + language);
      }
    }
  }
});

test('a time that is not there is nothing', () => {
  assert.equal(appointments.short(offer, 3, 'en'), '');
  assert.equal(appointments.short(null, 0, 'en'), '');
  assert.equal(appointments.short({ slots: [{ at: 'soon' }] }, 0, 'en'), '');
});

test('a list of times reads like a sentence', () => {
  assert.equal(appointments.list(offer, 'en'), 'Wed 25 Nov, 10:00; Thu 26 Nov, 09:30 or Tue 1 Dec, 17:15');
  assert.equal(appointments.list({ slots: offer.slots.slice(0, 2) }, 'es'), 'mié 25 nov, 10:00 o jue 26 nov, 09:30');
  assert.equal(appointments.list({ slots: offer.slots.slice(0, 1) }, 'pt'), 'qua 25 nov, 10:00');
  assert.equal(appointments.list({ slots: [] }, 'en'), '');
});

test('a long list is cut', () => {
  const many = { slots: Array.from({ length: 50 }, () => offer.slots[0]) };
  assert.equal(appointments.list(many, 'en').split('10:00').length, 7);
});

test('a time is free in whatever zone it is written', () => {
  assert.ok(appointments.isFree(offer, '2026-11-25T10:00:00+01:00'));
  assert.ok(appointments.isFree(offer, '2026-11-25T09:00:00Z'));
  assert.ok(!appointments.isFree(offer, '2026-11-25T10:00:00Z'));
  assert.ok(!appointments.isFree(offer, 'soon'));
  assert.ok(!appointments.isFree(null, '2026-11-25T10:00:00+01:00'));
});

test('minutes of a delay', () => {
  assert.equal(appointments.minutes('10m0s'), 10);
  assert.equal(appointments.minutes('1h10m0s'), 70);
  assert.equal(appointments.minutes('2h0m0s'), 120);
  assert.equal(appointments.minutes('nothing'), 0);
});
