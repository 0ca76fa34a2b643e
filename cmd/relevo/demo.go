package main

import (
	"maps"

	"relevo/server"
)

// demoValues are what flows see as config.*: what the configuration says, and for the shipped flows the demo business at an address such as
// http://127.0.0.1:8080/demo where it says nothing.
func demoValues(address string, configured map[string]any) map[string]any {
	values := map[string]any{"orders_url": address, "clinic_url": address, "billing_url": address, "clinic_timezone": server.DemoZone}
	maps.Copy(values, configured)
	return values
}
