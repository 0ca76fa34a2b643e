package main

import (
	"slices"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows/flowtest"
	"relevo/flows/project"
	"relevo/scripts"
)

// prove writes transcripts for the findings that have a path. Scripts run as in relevo test; where no worker can be started, only paths without scripts
// are proved.
func prove(c config, p *project.Project) {
	if !slices.ContainsFunc(p.Findings, func(d diag.Diagnostic) bool { return len(d.Path) > 0 }) {
		return
	}
	options := p.CatalogOptions(demoValues(testURL, c.Values), nil)
	options.DefaultQueue, options.DefaultLanguage = c.DefaultQueue, c.DefaultLanguage
	if pool, err := scripts.NewPool(scripts.Options{Sources: p.Sources, Deadline: flowtest.ScriptDeadline}); err == nil {
		defer func() { _ = pool.Close() }()
		options.Scripts = pool
	}
	flowtest.ProveAll(engine.NewCatalog(options), p.Findings)
}
