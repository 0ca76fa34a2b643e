package scripts

import (
	"maps"
	"testing"

	"relevo/engine"
)

func TestOrdersDescribe(t *testing.T) {
	t.Parallel()
	pool := openPool(t, Options{Workers: 2, Deadline: roomy, Sources: shipped(t)})
	for _, tt := range []struct {
		name, language string
		change         map[string]any // of the order that order() makes
		want           string
	}{
		{"shipped", "en", nil, "Your order AB123456 (Trail shoes) is on its way. You should have it by Wednesday, November 25. Your tracking number with Correos is PK43ES."},
		{"shipped", "es", nil, "Tu pedido AB123456 (Trail shoes) va en camino. Debería llegarte a más tardar el miércoles 25 de noviembre. Tu número de seguimiento de Correos es PK43ES."},
		{"shipped", "pt-BR", nil, "Seu pedido AB123456 (Trail shoes) está a caminho. Deve chegar até quarta-feira, 25 de novembro. O código de rastreio (Correos) é PK43ES."},
		{"a language we do not have", "fr", map[string]any{"status": "delivered"}, "Your order AB123456 (Trail shoes) was delivered. Enjoy it!"},
		{"received", "en", map[string]any{"status": "received", "tracking": nil}, "Your order AB123456 (Trail shoes) has reached us and we are getting it ready. You should have it by Wednesday, November 25."},
		{"packed", "es", map[string]any{"status": "packed", "expected": "2026-02-31"}, "Tu pedido AB123456 (Trail shoes) está listo y a punto de salir del almacén."},
		{"out for delivery", "pt", map[string]any{"status": "out_for_delivery", "carrier": ""}, "Seu pedido AB123456 (Trail shoes) saiu para entrega e deve chegar hoje. O código de rastreio é PK43ES."},
		{"delayed", "en", map[string]any{"status": "delayed", "tracking": ""}, "Your order AB123456 (Trail shoes) is running late. We are sorry about that. You should have it by Wednesday, November 25."},
		{"returned", "es", map[string]any{"status": "returned"}, "Tu pedido AB123456 (Trail shoes) ha vuelto a nuestro almacén. El reembolso es de 59,90 €."},
		{"cancelled", "en", map[string]any{"status": "cancelled"}, "Your order AB123456 (Trail shoes) was cancelled. The refund is €59.90."},
		{"cancelled in reais", "pt", map[string]any{"status": "cancelled", "total": map[string]any{"amount": "59.90", "currency": "BRL"}}, "Seu pedido AB123456 (Trail shoes) foi cancelado. O reembolso é de R$ 59,90."},
		{"lost", "en", map[string]any{"status": "lost", "tracking": nil}, "Your order AB123456 (Trail shoes) seems to have got lost on the way. We are very sorry; we will put it right."},
		{"a status we do not know", "en", map[string]any{"status": "constructor"}, "Your order AB123456 (Trail shoes) is being looked after. We do not have more news right now."},
		{"several items", "es", map[string]any{"status": "delivered", "items": []any{
			map[string]any{"name": "Calcetines", "quantity": 2}, map[string]any{"name": "Gorra", "quantity": 1}, map[string]any{"name": "Mochila", "quantity": 1},
		}}, "Tu pedido AB123456 (2 × Calcetines y 2 artículos más) fue entregado. ¡Que lo disfrutes!"},
		{"only what must be there", "en", map[string]any{"items": nil, "expected": nil, "tracking": nil, "total": nil}, "Your order AB123456 is on its way."},
	} {
		o := order()
		maps.Copy(o, tt.change)
		got, err := pool.Call(engine.ScriptCall{Script: "orders", Function: "describe", Args: []any{o, tt.language}, Now: testTime})
		if err != nil || got != tt.want {
			t.Errorf("%s (%s):\n got %v, %v\nwant %s", tt.name, tt.language, got, err, tt.want)
		}
	}
}

func TestOrdersSpeakEveryLanguageForEveryStatus(t *testing.T) {
	t.Parallel()
	pool := openPool(t, Options{Workers: 2, Deadline: roomy, Sources: shipped(t)})
	said := map[any]string{}
	for _, language := range []string{"en", "es", "pt"} {
		for _, status := range []string{"received", "packed", "shipped", "out_for_delivery", "delivered", "delayed", "returned", "cancelled", "lost", "other"} {
			o := map[string]any{"id": "AB123456", "status": status}
			got, err := pool.Call(engine.ScriptCall{Script: "orders", Function: "describe", Args: []any{o, language}, Now: testTime})
			if err != nil {
				t.Fatal(err)
			}
			if other, taken := said[got]; taken {
				t.Errorf("%s %s and %s: both say %q", language, status, other, got)
			}
			said[got] = language + " " + status
		}
	}
}
