// Sentences about an order, for people. A flow calls it with what the shop's system answered:
//
//   say: "{{ orders.describe(order, language) }}"
//
// order: {"id": "AB123456", "status": "shipped", "placed": "2026-11-02",
//         "items": [{"name": "Trail shoes", "quantity": 1}], "carrier": "Correos", "tracking": "PK43…",
//         "expected": "2026-11-25", "total": {"amount": "59.90", "currency": "EUR"}}
// Only id and status must be there. Languages: en, es, pt; any other gets English.

const words = {
  en: {
    days: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
    months: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October',
      'November', 'December'],
    date: (day, n, month) => `${day}, ${month} ${n}`,
    order: (id, items) => items ? `Your order ${id} (${items})` : `Your order ${id}`,
    more: n => n === 1 ? 'and 1 more item' : `and ${n} more items`,
    expected: date => `You should have it by ${date}.`,
    tracking: (number, carrier) => carrier
      ? `Your tracking number with ${carrier} is ${number}.` : `Your tracking number is ${number}.`,
    refund: amount => `The refund is ${amount}.`,
    status: {
      received: 'has reached us and we are getting it ready.',
      packed: 'is packed and about to leave our warehouse.',
      shipped: 'is on its way.',
      out_for_delivery: 'is out for delivery and should reach you today.',
      delivered: 'was delivered. Enjoy it!',
      delayed: 'is running late. We are sorry about that.',
      returned: 'has come back to us.',
      cancelled: 'was cancelled.',
      lost: 'seems to have got lost on the way. We are very sorry; we will put it right.',
    },
    unknown: 'is being looked after. We do not have more news right now.',
  },
  es: {
    days: ['domingo', 'lunes', 'martes', 'miércoles', 'jueves', 'viernes', 'sábado'],
    months: ['enero', 'febrero', 'marzo', 'abril', 'mayo', 'junio', 'julio', 'agosto', 'septiembre', 'octubre',
      'noviembre', 'diciembre'],
    date: (day, n, month) => `${day} ${n} de ${month}`,
    order: (id, items) => items ? `Tu pedido ${id} (${items})` : `Tu pedido ${id}`,
    more: n => n === 1 ? 'y 1 artículo más' : `y ${n} artículos más`,
    expected: date => `Debería llegarte a más tardar el ${date}.`,
    tracking: (number, carrier) => carrier
      ? `Tu número de seguimiento de ${carrier} es ${number}.` : `Tu número de seguimiento es ${number}.`,
    refund: amount => `El reembolso es de ${amount}.`,
    status: {
      received: 'ya está con nosotros y lo estamos preparando.',
      packed: 'está listo y a punto de salir del almacén.',
      shipped: 'va en camino.',
      out_for_delivery: 'está en reparto y debería llegarte hoy.',
      delivered: 'fue entregado. ¡Que lo disfrutes!',
      delayed: 'lleva retraso. Lo sentimos mucho.',
      returned: 'ha vuelto a nuestro almacén.',
      cancelled: 'fue cancelado.',
      lost: 'parece haberse perdido en el camino. Lo sentimos mucho; vamos a solucionarlo.',
    },
    unknown: 'está en buenas manos. Por ahora no tenemos más novedades.',
  },
  pt: {
    days: ['domingo', 'segunda-feira', 'terça-feira', 'quarta-feira', 'quinta-feira', 'sexta-feira', 'sábado'],
    months: ['janeiro', 'fevereiro', 'março', 'abril', 'maio', 'junho', 'julho', 'agosto', 'setembro', 'outubro',
      'novembro', 'dezembro'],
    date: (day, n, month) => `${day}, ${n} de ${month}`,
    order: (id, items) => items ? `Seu pedido ${id} (${items})` : `Seu pedido ${id}`,
    more: n => n === 1 ? 'e mais 1 item' : `e mais ${n} itens`,
    expected: date => `Deve chegar até ${date}.`,
    tracking: (number, carrier) => carrier
      ? `O código de rastreio (${carrier}) é ${number}.` : `O código de rastreio é ${number}.`,
    refund: amount => `O reembolso é de ${amount}.`,
    status: {
      received: 'já está conosco e está sendo preparado.',
      packed: 'está embalado e prestes a sair do depósito.',
      shipped: 'está a caminho.',
      out_for_delivery: 'saiu para entrega e deve chegar hoje.',
      delivered: 'foi entregue. Aproveite!',
      delayed: 'está atrasado. Pedimos desculpas.',
      returned: 'voltou para o nosso depósito.',
      cancelled: 'foi cancelado.',
      lost: 'parece ter se perdido no caminho. Pedimos desculpas; vamos resolver isso.',
    },
    unknown: 'está sendo cuidado. No momento não temos mais novidades.',
  },
};

// What is worth saying beside the status, by status.
const onTheWay = ['received', 'packed', 'shipped', 'delayed'];
const trackable = ['shipped', 'out_for_delivery', 'delayed', 'lost'];
const refunded = ['returned', 'cancelled'];

function wordsFor(language) {
  return words[String(language || 'en').slice(0, 2).toLowerCase()] || words.en;
}

// date writes "2026-11-25" as people say it, or gives '' for what is not a date.
function date(text, w) {
  const parts = /^(\d{4})-(\d{2})-(\d{2})/.exec(text || '');
  if (!parts) return '';
  const day = new Date(Date.UTC(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3])));
  if (day.getUTCMonth() !== Number(parts[2]) - 1) return ''; // February 31
  return w.date(w.days[day.getUTCDay()], day.getUTCDate(), w.months[day.getUTCMonth()]);
}

const symbols = { EUR: '€', USD: 'US$', GBP: '£', BRL: 'R$', MXN: 'MX$' };

// money writes {"amount": "59.90", "currency": "EUR"} as €59.90, 59,90 € or R$ 59,90.
function money(total, language) {
  if (!total || !total.amount) return '';
  const symbol = symbols[total.currency];
  const english = wordsFor(language) === words.en;
  const amount = english ? String(total.amount) : String(total.amount).replace('.', ',');
  if (!symbol) return `${amount} ${total.currency || ''}`.trim();
  if (english) return symbol + amount;
  return total.currency === 'EUR' ? `${amount} ${symbol}` : `${symbol} ${amount}`;
}

function itemList(items, w) {
  if (!items || items.length === 0) return '';
  const first = items[0].quantity > 1 ? `${items[0].quantity} × ${items[0].name}` : items[0].name;
  return items.length === 1 ? first : `${first} ${w.more(items.length - 1)}`;
}

// describe says where an order is, in one to three sentences.
export function describe(order, language) {
  const w = wordsFor(language);
  const status = order.status;
  const known = Object.keys(w.status).includes(status);
  const sentences = [`${w.order(order.id, itemList(order.items, w))} ${known ? w.status[status] : w.unknown}`];
  const expected = date(order.expected, w);
  if (onTheWay.includes(status) && expected) sentences.push(w.expected(expected));
  if (trackable.includes(status) && order.tracking) sentences.push(w.tracking(order.tracking, order.carrier));
  const refund = money(order.total, language);
  if (refunded.includes(status) && refund) sentences.push(w.refund(refund));
  return sentences.join(' ');
}
