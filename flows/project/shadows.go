package project

import (
	"slices"
	"strings"

	"relevo/engine"
	"relevo/engine/diag"
)

// shadows finds what the flows and the commands take from each other. Where phrases are equally good the server takes the flow whose name comes first.
func (p *Project) shadows() diag.List {
	machines := slices.Clone(p.Machines)
	slices.SortFunc(machines, func(a, b *engine.Machine) int { return strings.Compare(a.Flow, b.Flow) })
	return engine.NewCatalog(engine.CatalogOptions{Current: machines, Commands: p.Commands}).Shadows()
}
