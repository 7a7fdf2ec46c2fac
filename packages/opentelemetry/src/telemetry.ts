import {
  type Attributes,
  type Histogram,
  type Meter,
  metrics,
  type SpanKind,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { durationBounds } from "./conventions.js";

/** What both sides may be told. */
export interface TelemetryOptions {
  /** Default: the one that the program has registered, also when it does so later. */
  readonly tracer?: Tracer;
  /** Default: that of the provider which is registered at the first call. */
  readonly meter?: Meter;
  /** Added to every span and measurement, such as `server.address` at a client. Few values: they multiply the metrics. */
  readonly attributes?: Attributes;
}

const optionNames = ["tracer", "meter", "attributes"];
const scope = "@rpc/opentelemetry";

/** What an interceptor traces and measures with. */
export interface Instruments {
  readonly kind: SpanKind;
  readonly tracer: Tracer;
  readonly attributes: Attributes;
  /** Made at the first call: unlike a tracer, an instrument made before its provider is registered measures nothing. */
  readonly duration: () => Histogram;
}

/** Makes the instruments of one side. Throws `TypeError` for an unknown option. */
export function createInstruments(
  kind: SpanKind,
  durationName: string,
  options: TelemetryOptions,
): Instruments {
  for (const name of Object.keys(options)) {
    if (!optionNames.includes(name))
      throw new TypeError(`unknown option ${name}; known are ${optionNames.join(", ")}`);
  }
  let histogram: Histogram | undefined;
  return {
    kind,
    tracer: options.tracer ?? trace.getTracer(scope),
    attributes: options.attributes ?? {},
    duration: () => {
      histogram ??= (options.meter ?? metrics.getMeter(scope)).createHistogram(durationName, {
        unit: "s",
        description: "How long calls took.",
        advice: { explicitBucketBoundaries: [...durationBounds] },
      });
      return histogram;
    },
  };
}
