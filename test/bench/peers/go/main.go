// The daemon that one would write first: a ticker, an http.Client, a GaugeVec for each metric, and promhttp.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os/signal"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

type answer struct {
	Items []struct {
		ID     string  `json:"id"`
		Region string  `json:"region"`
		CPU    float64 `json:"cpu"`
		Queue  float64 `json:"queue"`
	} `json:"items"`
}

var (
	addr     = flag.String("addr", ":9180", "address to serve on")
	target   = flag.String("target", "", "URL to poll")
	targets  = flag.Int("targets", 0, "poll this many URLs, the target's with /0, /1 ... after it")
	interval = flag.Duration("interval", 30*time.Second, "time between two polls")

	cpu    *prometheus.GaugeVec
	queue  *prometheus.GaugeVec
	errors = prometheus.NewCounter(prometheus.CounterOpts{Name: "poll_errors_total", Help: "Failed polls."})
	client = &http.Client{Timeout: 10 * time.Second}
)

func poll(ctx context.Context, url string, labels ...string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", response.StatusCode)
	}
	var parsed answer
	if err := json.NewDecoder(response.Body).Decode(&parsed); err != nil {
		return err
	}
	for _, item := range parsed.Items {
		values := append([]string{item.ID, item.Region}, labels...)
		cpu.WithLabelValues(values...).Set(item.CPU)
		queue.WithLabelValues(values...).Set(item.Queue)
	}
	return nil
}

func loop(ctx context.Context, url string, labels ...string) {
	ticker := time.NewTicker(*interval)
	defer ticker.Stop()
	for {
		if err := poll(ctx, url, labels...); err != nil {
			errors.Inc()
			log.Print(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func main() {
	flag.Parse()
	labels := []string{"node", "region"}
	if *targets > 0 {
		labels = append(labels, "site")
	}
	cpu = prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "bench_cpu_usage_ratio", Help: "CPU in use."}, labels)
	queue = prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "bench_queue_depth", Help: "Jobs that wait."}, labels)
	prometheus.MustRegister(cpu, queue, errors)

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if *targets == 0 {
		go loop(ctx, *target)
	}
	for i := 0; i < *targets; i++ {
		id := fmt.Sprint(i)
		wait := *interval * time.Duration(i) / time.Duration(*targets)
		go func() {
			time.Sleep(wait)
			loop(ctx, *target+"/"+id, "s"+id)
		}()
	}
	http.Handle("/metrics", promhttp.Handler())
	http.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	log.Fatal(http.ListenAndServe(*addr, nil))
}
