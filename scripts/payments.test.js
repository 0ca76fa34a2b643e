// The tests of payments.js: relevo test scripts/

test('days from today', () => {
  assert.equal(payments.inDays(0, 'en'), 'today');
  assert.equal(payments.inDays(1, 'es'), 'mañana');
  assert.equal(payments.inDays(3, 'pt-BR'), 'em 3 dias');
  assert.equal(payments.inDays(11, 'fr'), 'in 11 days');
});

test('what is past is due today', () => {
  assert.equal(payments.inDays(-4, 'es'), 'hoy');
});

test('where to pay', () => {
  const invoice = { pay_url: 'https://pay.example.org/FA300101' };
  assert.equal(payments.payHere(invoice, 'en'), ' You can pay here: https://pay.example.org/FA300101');
  assert.equal(payments.payHere(invoice, 'es'), ' Puedes pagarla aquí: https://pay.example.org/FA300101');
  assert.equal(payments.payHere(invoice, 'pt'), ' Você pode pagar aqui: https://pay.example.org/FA300101');
});

test('without a place to pay nothing is said', () => {
  assert.equal(payments.payHere({}, 'en'), '');
  assert.equal(payments.payHere(null, 'en'), '');
});
