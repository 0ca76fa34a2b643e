// Sentences about invoices, for people. Languages: en, es, pt; any other gets English.

const words = {
  en: {
    today: 'today', tomorrow: 'tomorrow', days: n => `in ${n} days`,
    payHere: url => ` You can pay here: ${url}`,
  },
  es: {
    today: 'hoy', tomorrow: 'mañana', days: n => `en ${n} días`,
    payHere: url => ` Puedes pagarla aquí: ${url}`,
  },
  pt: {
    today: 'hoje', tomorrow: 'amanhã', days: n => `em ${n} dias`,
    payHere: url => ` Você pode pagar aqui: ${url}`,
  },
};

function wordsFor(language) {
  return words[String(language || 'en').slice(0, 2).toLowerCase()] || words.en;
}

// inDays writes a number of days from today: "today", "tomorrow", "in 3 days". What is past is today's business.
exports.inDays = function (days, language) {
  const w = wordsFor(language);
  const n = Math.round(days);
  if (n <= 0) return w.today;
  return n === 1 ? w.tomorrow : w.days(n);
};

// payHere says where to pay an invoice {"pay_url": "https://…"}, with a space before it; nothing when there is no such place.
exports.payHere = function (invoice, language) {
  return invoice && invoice.pay_url ? wordsFor(language).payHere(invoice.pay_url) : '';
};
