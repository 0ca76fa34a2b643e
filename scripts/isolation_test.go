package scripts

import (
	"fmt"
	"testing"

	"github.com/dop251/goja"
)

// attacks are the ways in which one call could reach the next one in a world that is used again: 14 of performance, and some more.
// A plain pool of worlds leaks 12 of them, a frozen one the last.
var attacks = []struct{ name, attack, look, want string }{
	{"an implicit global", `(0, function () { try { leak = 1 } catch { globalThis.leak = 1 } })()`, `typeof leak`, "undefined"},
	{"a property of globalThis", `globalThis.leak = 1`, `typeof globalThis.leak`, "undefined"},
	{"a top-level let", `counter++`, `counter`, "0"},
	{"Array.prototype.map replaced", `Array.prototype.map = () => 'forged'`, `[1].map(x => x + 1).join()`, "2"},
	{"JSON.stringify replaced", `JSON.stringify = () => '"forged"'`, `JSON.stringify({a: 1})`, `{"a":1}`},
	{"Math.random replaced", `Math.random = () => 4`, `Math.random() < 1`, "true"},
	{"Function.prototype.call replaced", `Function.prototype.call = () => 'forged'`, `(function () { return this.v }).call({v: 1})`, "1"},
	{"Object.prototype polluted", `Object.prototype.approved = true`, `typeof {}.approved`, "undefined"},
	{"the prototype of generators", `Object.getPrototypeOf(function* () {}).prototype.next = () => ({done: true})`, `[...(function* () { yield 1 })()].join()`, "1"},
	{"the prototype of array iterators", `Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({done: true})`, `[...[1, 2]].join()`, "1,2"},
	{"a property of a shared function", `exports.look.leak = 1; parseInt.leak = 1`, `typeof exports.look.leak + typeof parseInt.leak`, "undefinedundefined"},
	{"a built-in global overwritten", `globalThis.parseInt = () => 'forged'; globalThis.undefined_ = 1`, `parseInt('7') + typeof undefined_`, "7undefined"},
	{"a top-level const that is changed inside", `table.a = 'forged'`, `table.a`, "1"},
	{"an exported function replaced", `exports.look = () => 'forged'`, `typeof exports.look`, "function"},
	{"the exports themselves", `globalThis.exports = {look: () => 'forged'}`, `Object.keys(exports).join()`, "attack,look"},
	{"a getter on a prototype", `Object.defineProperty(Array.prototype, 0, {get: () => 'forged', set() {}})`, `[7][0] + [].concat(8)[0]`, "15"},
	{"a symbol in the registry", `Object.prototype[Symbol.for('leak')] = 1`, `typeof {}[Symbol.for('leak')]`, "undefined"},
	{"the species of arrays", `Object.defineProperty(Array, Symbol.species, {value: function () { return {forged: 1} }})`, `Array.isArray([1].map(x => x))`, "true"},
	{"the last match of RegExp", `/(secret)/.exec('secret'); RegExp.leak = RegExp.$1`, `typeof RegExp.leak + (RegExp.$1 ?? '')`, "undefined"},
	{"String.prototype on what the host reads", `String.prototype.toString = () => 'forged'`, `String('plain')`, "plain"},
	{"Date.now frozen", `Date.now = () => 0`, `Date.now() > 0`, "true"},
	{"the template cache", `(s => { try { s.leak = 1 } catch {} })` + "`x`", `typeof (s => s)` + "`x`" + `.leak`, "undefined"},
}

func TestNoAttackReachesTheNextCall(t *testing.T) {
	t.Parallel()
	for _, fence := range []string{WorkerArg, bareArg} {
		for _, a := range attacks {
			t.Run(fence+"/"+a.name, func(t *testing.T) {
				t.Parallel()
				pool := openPool(t, Options{Workers: 1, Deadline: roomy, Command: self(t, fence), Sources: script(fmt.Sprintf(`
let counter = 0;
const table = { a: 1 };
exports.attack = () => { %s };
exports.look = () => String(%s);`, a.attack, a.look))})
				if _, err := callTest(pool, "attack"); err != nil {
					t.Logf("the attack itself: %v", err)
				}
				for range 2 * cap(pool.idle) { // every worker has its turn
					if got, err := callTest(pool, "look"); err != nil || got != a.want {
						t.Errorf("got %v, %v, want %s", got, err, a.want)
					}
				}
			})
		}
	}
}

// TestAttacksReachAWorldThatIsUsedAgain shows that the table is worth its name: in one world for all calls most of it gets through.
func TestAttacksReachAWorldThatIsUsedAgain(t *testing.T) {
	t.Parallel()
	through := 0
	for _, a := range attacks {
		vm := goja.New()
		if err := vm.Set("exports", vm.NewObject()); err != nil {
			t.Fatal(err)
		}
		_, err := vm.RunScript("test.js", "let counter = 0; const table = {a: 1}; exports.attack = () => {"+a.attack+"}; exports.look = () => String("+a.look+")")
		if err != nil {
			t.Fatalf("%s: %v", a.name, err)
		}
		_, _ = vm.RunString("exports.attack()")
		if got, err := vm.RunString("exports.look()"); err != nil || got.String() != a.want {
			through++
		}
	}
	if t.Logf("%d attacks of %d get through", through, len(attacks)); through < 12 {
		t.Error("too few")
	}
}
