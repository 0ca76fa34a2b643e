package main

import "relevo/server"

// demoValues are what the shipped flows see as config.* when the configuration does not say: the demo business at an address such as
// http://127.0.0.1:8080/demo.
func demoValues(address string) map[string]any {
	return map[string]any{"orders_url": address, "clinic_url": address, "billing_url": address, "clinic_timezone": server.DemoZone}
}
