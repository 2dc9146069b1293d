package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"sallyport/checks"
	"sallyport/work"
)

// Metrics counts what the program does, for Prometheus. Whoever can read them
// must learn nothing that a view of a request keeps back: everything about
// requests, looks and acts alike, is counted together (docs/api.md "Metrics").
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	inFlight prometheus.Gauge
	work     *prometheus.CounterVec
	workTime *prometheus.HistogramVec

	checkTime prometheus.Histogram
	findings  *prometheus.CounterVec
}

// NewMetrics makes metrics with a registry of their own.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sallyport_http_requests_total", Help: "HTTP requests answered.",
		}, []string{"route", "method", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "sallyport_http_request_seconds", Help: "How long HTTP requests took.",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 9),
		}, []string{"route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "sallyport_http_requests_in_flight", Help: "HTTP requests being answered.",
		}),
		work: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sallyport_work_total", Help: "Runs of work that is not an HTTP request.",
		}, []string{"kind", "outcome"}),
		workTime: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "sallyport_work_seconds", Help: "How long runs of work took.",
			Buckets: prometheus.ExponentialBuckets(0.01, 4, 9),
		}, []string{"kind"}),
		checkTime: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "sallyport_file_check_seconds", Help: "How long the disclosure checks of a file took.",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 9),
		}),
		findings: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sallyport_findings_total", Help: "Findings of disclosure checks, each time that a file is checked.",
		}, []string{"rule", "weight"}),
	}
	m.registry.MustRegister(m.requests, m.duration, m.inFlight, m.work, m.workTime, m.checkTime, m.findings,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler shows the metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Work counts a run of work: work.Config.OnDone.
func (m *Metrics) Work(kind string, outcome work.Outcome, took time.Duration) {
	m.work.WithLabelValues(kind, string(outcome)).Inc()
	m.workTime.WithLabelValues(kind).Observe(took.Seconds())
}

// Checked counts a file that was checked, and what was found: it says nothing of
// which file.
func (m *Metrics) Checked(r *checks.Report, took time.Duration) {
	m.checkTime.Observe(took.Seconds())
	for _, f := range r.Findings {
		m.findings.WithLabelValues(f.Rule, string(f.Weight)).Inc()
	}
}

// begin counts a request in, and returns what counts it out.
func (m *Metrics) begin() func(route, method string, status int, took time.Duration) {
	m.inFlight.Inc()
	return func(route, method string, status int, took time.Duration) {
		m.inFlight.Dec()
		route, method, shown := blur(route, methodOf(method), status)
		m.requests.WithLabelValues(route, method, shown).Inc()
		m.duration.WithLabelValues(route).Observe(took.Seconds())
	}
}

// blur takes from the routes of requests what would tell acts from looks: an
// author could otherwise count votes, a checker drafts.
func blur(route, method string, status int) (string, string, string) {
	class := strconv.Itoa(status/100) + "xx"
	for _, requests := range []string{apiBase + "/requests", "/requests", "/content/requests"} {
		if route == requests || strings.HasPrefix(route, requests+"/") {
			return requests + "/*", "*", class
		}
	}
	if route == workspacePage && method == http.MethodPost { // files are put on drafts there
		return "/requests/*", "*", class
	}
	return route, method, strconv.Itoa(status)
}

// methodOf keeps invented methods from filling logs and metrics.
func methodOf(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}
