// What a test file finds beside the script it tests. It runs in the worker, in the test's own world.
(function () {
  const show = value => value === undefined ? 'undefined' : typeof value === 'function' ? 'a function' : JSON.stringify(value);

  function same(a, b) {
    if (Object.is(a, b)) return true;
    if (!a || !b || typeof a !== 'object' || typeof b !== 'object' || Array.isArray(a) !== Array.isArray(b)) return false;
    if (a instanceof Date || b instanceof Date) return show(a) === show(b);
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every(key => Object.hasOwn(b, key) && same(a[key], b[key]));
  }

  function fail(because, what) {
    throw new Error(because === undefined ? what : `${because}: ${what}`);
  }

  return Object.freeze({
    equal(got, want, because) {
      if (!same(got, want)) fail(because, `got ${show(got)}, want ${show(want)}`);
    },
    notEqual(got, other, because) {
      if (same(got, other)) fail(because, `got ${show(got)}, want anything else`);
    },
    ok(value, because) {
      if (!value) fail(because, `got ${show(value)}, want what counts as true`);
    },
    match(text, pattern, because) {
      if (!pattern.test(text)) fail(because, `got ${show(text)}, want a text like ${pattern}`);
    },
    throws(call, pattern, because) {
      let thrown;
      try {
        call();
      } catch (error) {
        thrown = { text: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
      }
      if (!thrown) fail(because, 'nothing was thrown');
      if (pattern && !pattern.test(thrown.text)) fail(because, `${show(thrown.text)} was thrown, want a text like ${pattern}`);
    },
  });
})()
