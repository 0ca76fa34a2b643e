package server

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"relevo/store"
)

// readyTimeout is how long the store may take to prove that it is there.
const readyTimeout = 2 * time.Second

// operatorRoutes are for load balancers and monitoring.
func (s *Server) operatorRoutes(r *gin.Engine) {
	r.GET("/healthz", s.healthy)
	r.HEAD("/healthz", s.healthy)
	r.GET("/readyz", s.ready)
	r.HEAD("/readyz", s.ready)
	measured := promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{DisableCompression: true})
	r.GET("/metrics", func(c *gin.Context) {
		if !isLocal(c.Request) && !actorOf(c.Request.Context()).may(measure) {
			abort(c, newProblem(http.StatusForbidden, "Metrics are for this machine and for admins."))
			return
		}
		measured.ServeHTTP(c.Writer, c.Request)
	})
}

// healthy tells that the process runs.
func (s *Server) healthy(c *gin.Context) {
	c.JSON(http.StatusOK, gin.H{"status": "ok", "version": s.opts.Version})
}

// ready tells that turns can be taken and stored.
func (s *Server) ready(c *gin.Context) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), readyTimeout)
	defer cancel()
	if _, err := s.opts.Store.Conversations(ctx, store.ConversationFilter{Limit: 1}); err != nil {
		s.opts.Logger.Error("not ready", slog.String("part", "store"), slog.Any("error", err))
		abort(c, newProblem(http.StatusServiceUnavailable, "The store does not answer."))
		return
	}
	if err := s.opts.Runner.Ready(); err != nil {
		s.opts.Logger.Error("not ready", slog.String("part", "runner"), slog.Any("error", err))
		abort(c, newProblem(http.StatusServiceUnavailable, "Turns are not taken yet."))
		return
	}
	c.JSON(http.StatusOK, gin.H{"status": "ready"})
}

// forwarding headers tell that a proxy on this machine speaks for somebody elsewhere.
var forwarding = []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via"}

// isLocal tells that a request comes from this machine itself.
func isLocal(r *http.Request) bool {
	for _, h := range forwarding {
		if r.Header.Get(h) != "" {
			return false
		}
	}
	addr, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && addr.Addr().Unmap().IsLoopback()
}
