// Times of a clinic, for people. A flow calls it with what the clinic's system offers:
//
//   offer: {"slots": [{"at": "2026-11-25T10:00:00+01:00", "doctor": "Dr. Vega"}, …]}
//
// A time is written as the clock at the clinic shows it, which is what stands before its offset. Languages: en, es, pt; any other gets English.

const words = {
  en: {
    days: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
    months: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
    or: 'or',
  },
  es: {
    days: ['dom', 'lun', 'mar', 'mié', 'jue', 'vie', 'sáb'],
    months: ['ene', 'feb', 'mar', 'abr', 'may', 'jun', 'jul', 'ago', 'sep', 'oct', 'nov', 'dic'],
    or: 'o',
  },
  pt: {
    days: ['dom', 'seg', 'ter', 'qua', 'qui', 'sex', 'sáb'],
    months: ['jan', 'fev', 'mar', 'abr', 'mai', 'jun', 'jul', 'ago', 'set', 'out', 'nov', 'dez'],
    or: 'ou',
  },
};

const maxListed = 6; // times that one message lists

function wordsFor(language) {
  return words[String(language || 'en').slice(0, 2).toLowerCase()] || words.en;
}

// time writes "2026-11-25T10:00:00+01:00" as "Wed 25 Nov, 10:00": at most 20 characters, so that it fits a button.
function time(text, w) {
  const parts = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})/.exec(text || '');
  if (!parts) return '';
  const day = new Date(Date.UTC(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3])));
  return `${w.days[day.getUTCDay()]} ${day.getUTCDate()} ${w.months[day.getUTCMonth()]}, ${parts[4]}:${parts[5]}`;
}

function times(offer) {
  return offer && Array.isArray(offer.slots) ? offer.slots.map(slot => slot.at) : [];
}

// short writes one offered time, counted from 0, for a button.
exports.short = function (offer, index, language) {
  return time(times(offer)[index], wordsFor(language));
};

// list writes the offered times in a row: "Wed 25 Nov, 10:00; Wed 25 Nov, 12:00 or Thu 26 Nov, 09:30".
exports.list = function (offer, language) {
  const w = wordsFor(language);
  const all = times(offer).slice(0, maxListed).map(at => time(at, w)).filter(text => text !== '');
  if (all.length < 2) return all.join('');
  return `${all.slice(0, -1).join('; ')} ${w.or} ${all[all.length - 1]}`;
};

// isFree tells whether a time is one of the offered ones, in whatever zone it is written.
exports.isFree = function (offer, at) {
  const wanted = Date.parse(at);
  return times(offer).some(free => Date.parse(free) === wanted);
};

// minutes turns "1h10m0s" into 70.
exports.minutes = function (delay) {
  const parts = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(delay || '') || [];
  return Number(parts[1] || 0) * 60 + Number(parts[2] || 0);
};
