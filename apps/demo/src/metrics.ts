import { metrics } from "@opentelemetry/api";
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { observeServer, traceServer } from "@rpc/opentelemetry";
import type { ServerWatch } from "./open-server.js";
import { Mistake } from "./program.js";

/** Metrics of the demo's server where Prometheus reads them. */
export interface DemoMetrics {
  readonly watch: ServerWatch;
  /** For who started the server. */
  readonly introduction: string;
  close(): Promise<void>;
}

/** Serves metrics at a port of loopback. Rejects `Mistake` when it cannot listen there. */
export async function openMetrics(port: number): Promise<DemoMetrics> {
  const exporter = new PrometheusExporter({ host: "127.0.0.1", port, preventServerStart: true });
  try {
    await exporter.startServer();
  } catch (error) {
    throw new Mistake(`no metrics at port ${port}: ${(error as Error).message}`);
  }
  const provider = new MeterProvider({ readers: [exporter] });
  metrics.setGlobalMeterProvider(provider);
  let stopObserving = () => {};
  return {
    watch: {
      interceptors: [traceServer()],
      serving: (server) => {
        stopObserving = observeServer(server);
      },
    },
    introduction: `Metrics for Prometheus: curl http://127.0.0.1:${port}/metrics\n`,
    async close() {
      stopObserving();
      await provider.shutdown();
    },
  };
}
