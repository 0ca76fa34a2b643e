package server

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"
)

// apiRoutes registers /v1 and its description.
func (s *Server) apiRoutes(r *gin.Engine) {
	config := huma.DefaultConfig("Relevo", "1")
	config.CreateHooks = nil // they would add "$schema" to every body
	config.DocsPath, config.OpenAPIPath, config.SchemasPath = "", "", ""
	config.RejectUnknownQueryParameters = true
	config.Info.Description = "Conversations, the chats handed over to people, and the events that start flows. Errors are RFC 9457 problem documents with a stable type."
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: cookiePlain, Description: "Of the console; named " + cookieSecure + " over https"},
		"token":   {Type: "http", Scheme: "bearer", Description: "Made with `relevo token add`"},
	}
	api := humagin.New(r, config)
	s.accountRoutes(api)
	s.chatRoutes(api)
	s.conversationRoutes(api)
	s.catalogRoutes(api)
	s.publishRoutes(api)
	s.eventRoutes(api)
	s.streamRoutes(api)

	described, err := json.MarshalIndent(api.OpenAPI(), "", "  ")
	if err != nil { // made of our own types; TestOpenAPI reads it
		described = []byte("{}")
	}
	s.openapi = append(described, '\n')
	r.GET("/openapi.json", func(c *gin.Context) {
		c.Data(http.StatusOK, "application/openapi+json", s.openapi)
	})
}

// op describes an operation. Its security follows from the policy.
func op(method, path, summary string) huma.Operation {
	o := huma.Operation{
		OperationID: operationID(method, path), Method: method, Path: path, Summary: summary,
		Tags:            []string{strings.Split(path, "/")[2]},
		MaxBodyBytes:    2 * bodyLimit(path), // limitBody has looked already
		BodyReadTimeout: -1,
	}
	ginPath := strings.NewReplacer("{", ":", "}", "").Replace(path)
	if p, ok := needs(method, ginPath); ok && p != public {
		o.Security = []map[string][]string{{"session": {}}, {"token": {}}}
	}
	return o
}

func created(o huma.Operation) huma.Operation {
	o.DefaultStatus = http.StatusCreated
	return o
}

func accepted(o huma.Operation) huma.Operation {
	o.DefaultStatus = http.StatusAccepted
	return o
}

// operationID makes "get-chats-id-claim" of a path.
func operationID(method, path string) string {
	words := strings.FieldsFunc(strings.TrimPrefix(path, "/v1"), func(r rune) bool { return strings.ContainsRune("/{}.", r) })
	return strings.ToLower(method) + "-" + strings.Join(words, "-")
}

// orNull is a value that may be missing: null in JSON, and described so.
type orNull[T any] struct{ value *T }

// MarshalJSON writes the value, or null.
func (o orNull[T]) MarshalJSON() ([]byte, error) { return json.Marshal(o.value) }

// Schema implements huma.SchemaProvider.
func (o orNull[T]) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{r.Schema(reflect.TypeFor[T](), true, ""), {Type: "null"}}}
}
