// The tests of orders.js: relevo test scripts/

const order = change => Object.assign({
  id: 'AB123456', status: 'shipped', items: [{ name: 'Trail shoes', quantity: 1 }], carrier: 'Correos',
  tracking: 'PK43ES', expected: '2026-11-25', total: { amount: '59.90', currency: 'EUR' },
}, change);

const statuses = ['received', 'packed', 'shipped', 'out_for_delivery', 'delivered', 'delayed', 'returned', 'cancelled', 'lost'];

test('a shipped order has a date and a tracking number', () => {
  assert.equal(orders.describe(order({}), 'en'), 'Your order AB123456 (Trail shoes) is on its way. '
    + 'You should have it by Wednesday, November 25. Your tracking number with Correos is PK43ES.');
});

test('a late order in Spanish', () => {
  assert.equal(orders.describe(order({ status: 'delayed', tracking: '' }), 'es-MX'),
    'Tu pedido AB123456 (Trail shoes) lleva retraso. Lo sentimos mucho. Debería llegarte a más tardar el miércoles 25 de noviembre.');
});

test('a refund in reais', () => {
  const cancelled = order({ status: 'cancelled', total: { amount: '59.90', currency: 'BRL' } });
  assert.match(orders.describe(cancelled, 'pt'), /R\$ 59,90\.$/);
});

test('a date that does not exist is left out', () => {
  assert.equal(orders.describe(order({ status: 'packed', expected: '2026-02-31' }), 'en'),
    'Your order AB123456 (Trail shoes) is packed and about to leave our warehouse.');
});

test('several items are summed up', () => {
  const two = order({ status: 'delivered', items: [{ name: 'Gorra', quantity: 2 }, { name: 'Mochila', quantity: 1 }] });
  assert.equal(orders.describe(two, 'es'), 'Tu pedido AB123456 (2 × Gorra y 1 artículo más) fue entregado. ¡Que lo disfrutes!');
});

test('every status says something else', () => {
  for (const language of ['en', 'es', 'pt']) {
    const said = new Set(statuses.map(status => orders.describe({ id: 'AB123456', status }, language)));
    assert.equal(said.size, statuses.length, language);
  }
});

test('an order without a status is a mistake of the caller, not of ours', () => {
  assert.throws(() => orders.describe(null, 'en'), /TypeError/);
});
