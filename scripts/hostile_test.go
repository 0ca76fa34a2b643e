package scripts

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"relevo/engine"
)

// hostile are the classes of scripts that stop, starve or kill the process they run in, each as the body of a function that gets
// an object msg. harmless ones may answer; their harm would be in what they leave behind.
var hostile = []struct {
	body     string
	harmless bool
}{
	{body: `while(true){}`},
	{body: `for(;;){try{while(true){}}catch(e){}}`},
	{body: `try{while(true){}}finally{while(true){}}`},
	{body: `function f(){return f()+1} f()`},
	{body: `var a=n=>b(n+1),b=n=>a(n+1);a(0)`},
	{body: `"x".repeat(2**40)`},
	{body: `"x".repeat(2**30).length`},
	{body: `let s="ab";for(let i=0;i<40;i++)s+=s`},
	{body: `"".padStart(2**31-1,"ab")`},
	{body: `new Array(2**32-1).fill(0)`},
	{body: `new Array(2**28).join("abcdefgh")`},
	{body: `let a=[];while(true)a.push(new Array(1000).fill("x"))`},
	{body: `new Uint8Array(2**33)`},
	{body: `let k=[];for(let i=0;i<100;i++)k.push(new ArrayBuffer(2**28))`},
	{body: `/^(a+)+\1$/.test("a".repeat(32)+"!")`},
	{body: `"a".repeat(2**20).replaceAll("a","b".repeat(2**12))`},
	{body: `"x".repeat(2**26).split("")`},
	{body: `Array.from({length:1e5},(_,i)=>i).sort(()=>{while(1){}})`},
	{body: `var a=[];a.length=2**32-2;a.concat([1])`},
	{body: `var a=[];a.length=2**32-1;a.indexOf(1)`},
	{body: `"\u0041\u030a".repeat(1e7).normalize("NFC")`},
	{body: `JSON.parse("[".repeat(5e6)+"]".repeat(5e6))`},
	{body: `let o={};for(let i=0,c=o;i<1e6;i++)c=c.a={};JSON.stringify(o)`},
	{body: `JSON.stringify({toJSON(){while(true){}}})`},
	{body: `({get x(){return this.x}}).x`},
	{body: `new Proxy({},{get(t,k,r){return r[k]}}).q`},
	{body: `let o={};for(let i=0;i<1e6;i++)o=Object.create(o);o.z`},
	{body: `(function f(){return Promise.resolve().then(f)})()`},
	{body: `function*g(){while(true)yield 1} Math.max(...g())`},
	{body: `Math.max.apply(null,new Array(5e7))`},
	{body: `let b=2n;for(let i=0;i<40;i++)b*=b`},
	{body: `(7n**(10n**8n)).toString()`},
	{body: killsCompiler},
	{body: `eval("while(true){}")`},
	{body: `eval("(".repeat(1e6)+"1"+")".repeat(1e6))`},
	{body: `throw {toString(){while(true){}}}`},
	{body: `({[Symbol.toPrimitive](){while(true){}}})+1`},
	{body: `let a=[];a[0]=a;a.flat(Infinity)`},
	{body: `Object.prototype.approved=true`, harmless: true},
	{body: `JSON.parse=()=>({role:"admin"});JSON.stringify=()=>'{"role":"admin"}';msg.text="forged"`, harmless: true},
	{body: `[].constructor.constructor("return this")()`},
	{body: `let o={};o.self=o;return ({vars:o})`},
	// More of the same classes.
	{body: `new Function("for(;;);")()`},
	{body: `(function*(){}).constructor("for(;;);")().next()`},
	{body: `return {toJSON(){while(true){}}}`},
	{body: `throw {get message(){while(true){}}}`},
	{body: `throw {get message(){throw {get message(){while(true){}}}}}`, harmless: true},
	{body: `let o=1;for(let i=0;i<1e6;i++)o=[o];return o`},
	{body: `return "x".repeat(2**19)`},
	{body: `exports.probe=()=>"forged";globalThis.Date=null;String.prototype.repeat=null`, harmless: true},
	{body: `(function f(){try{f()}finally{f()}})()`},
	{body: `let m=new Map();for(let i=0;;i++)m.set(i,{i})`},
	{body: `Reflect.apply(Math.max,null,{length:2**31})`},
	{body: `Object.defineProperty([], "length", {get(){while(1){}}})`},
}

// killsCompiler takes all memory when it is compiled, not when it runs: goja computes constants early.
const killsCompiler = `1n<<(2n**34n)`

// probe looks at the world the next call finds.
const probe = `
exports.probe = function (msg) {
	return [{}.approved === undefined, JSON.parse('{"role":"guest"}').role, msg.text, 'ab'.repeat(2), typeof Date]
}
`

const probeWant = "[true guest hello abab function]"

// overtime is how long after the deadline a call may come back in these tests: killGrace, and a machine that does other things.
const overtime = 2 * time.Second

func TestHostileScripts(t *testing.T) {
	t.Parallel()
	for i, h := range hostile {
		t.Run(fmt.Sprintf("%02d", i+1), func(t *testing.T) {
			t.Parallel()
			beHostile(t, h.body, h.harmless, nil)
		})
	}
}

func TestHostileScriptsWithoutTheFirstFence(t *testing.T) {
	t.Parallel()
	bare := self(t, bareArg)
	for i, h := range hostile {
		t.Run(fmt.Sprintf("%02d", i+1), func(t *testing.T) {
			t.Parallel()
			beHostile(t, h.body, h.harmless || strings.Contains(h.body, `"return this"`), bare)
		})
	}
}

// self is the command that starts a worker of these tests.
func self(t testing.TB, arg string) []string {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return []string{program, arg}
}

func beHostile(t *testing.T, body string, harmless bool, command []string) {
	t.Helper()
	const deadline = 150 * time.Millisecond
	if body == killsCompiler {
		if _, found := Compile("test", "test.js", []byte("exports.run = () => {"+body+"}")); !found.HasErrors() {
			t.Error("Compile took it")
		}
		return
	}
	pool := openPool(t, Options{
		Workers: 1, Deadline: deadline, Command: command,
		Sources: script(probe + "exports.run = function (msg) {" + body + "\n}"),
	})
	msg := map[string]any{"text": "hello"}
	start := time.Now()
	got, err := callTest(pool, "run", msg)
	took := time.Since(start)
	t.Logf("%s: %v, %v after %s", body, got, err, took.Round(time.Millisecond))
	var stopped *engine.ScriptError
	if !errors.As(err, &stopped) && !harmless {
		t.Errorf("got %v, %v, want a script error", got, err)
	}
	if took > deadline+overtime {
		t.Errorf("came back after %s", took)
	}
	if msg["text"] != "hello" {
		t.Errorf("the caller's data became %v", msg)
	}
	for range 20 {
		got, err = callTest(pool, "probe", msg)
		if !errors.As(err, &stopped) || stopped.Reason != ReasonDeadline { // else the machine was busy
			break
		}
	}
	if fmt.Sprint(got) != probeWant || err != nil {
		t.Errorf("the next call got %v, %v, want %s", got, err, probeWant)
	}
}

func allHostile() string {
	var code strings.Builder
	for i, h := range hostile {
		if h.body == killsCompiler {
			continue
		}
		fmt.Fprintf(&code, "exports.run%d = function (msg) {%s\n}\n", i, h.body)
	}
	return code.String()
}
