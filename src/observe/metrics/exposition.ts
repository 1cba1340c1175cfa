/**
 * Metrics as text, in the format of Prometheus 0.0.4 or OpenMetrics 1.0.0.
 * The formats are prom-client's, which is loaded when somebody first asks.
 *
 * @module
 */
import type { Metric } from "prom-client";
import { type Family, familyNamed, PREFIX } from "./families.ts";
import type { CollectedFamily, HistogramSample } from "./metrics.ts";

export type ExpositionFormat = "prometheus" | "openmetrics";

/** One under a name that another program gave it. */
export interface ForeignFamily {
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly help: string;
  readonly samples: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
  }[];
}

export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/** What the client takes (RFC 9110 §12.5.1), without weights: nobody refuses what it names. */
export function formatFor(accept: string): ExpositionFormat {
  return /application\/openmetrics-text/i.test(accept.slice(0, 1000))
    ? "openmetrics"
    : "prometheus";
}

/** Loads what is needed, so that who asks first need not wait for it. */
export async function prepareExposition(): Promise<void> {
  await import("prom-client");
}

export async function expose(
  families: readonly CollectedFamily[],
  foreign: readonly ForeignFamily[],
  format: ExpositionFormat,
): Promise<Exposition> {
  const { Registry } = await import("prom-client");
  const contentType = format === "openmetrics"
    ? Registry.OPENMETRICS_CONTENT_TYPE
    : Registry.PROMETHEUS_CONTENT_TYPE;
  const all = [...families.map(own), ...foreign.map(named)];
  const names = new Set(all.map(({ name }) => name));
  const registry = new Registry();
  registry.setContentType(contentType as never);
  for (const family of all) {
    // OpenMetrics names both alike: it keeps its name where it has no type
    const clashes = family.type === "counter" && format === "openmetrics" &&
      names.has(family.name.replace(/_total$/, "")) &&
      family.name.endsWith("_total");
    if (clashes) family.type = "unknown";
    registry.registerMetric(family as unknown as Metric);
  }
  return { contentType, text: await registry.metrics() };
}

interface Line {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** As prom-client's registry sees a metric; it changes the name of counters for OpenMetrics. */
class Exposed {
  constructor(
    public name: string,
    public type: Family["type"] | "unknown",
    readonly help: string,
    readonly lines: readonly Line[],
  ) {}

  get() {
    const { name, type, help, lines } = this;
    return { name, type, help, values: lines };
  }
}

function own({ name, samples, histograms }: CollectedFamily): Exposed {
  const { type, help, labels = [] } = familyNamed(name);
  const full = PREFIX + name;
  const plain = samples.map((sample) => ({
    labels: labelled(labels, sample.labels),
    value: sample.value,
  }));
  const others = histograms.flatMap((one) => histogramLines(full, labels, one));
  return new Exposed(full, type, help, [...plain, ...others]);
}

function named({ name, type, help, samples }: ForeignFamily): Exposed {
  return new Exposed(name, type, help, samples);
}

function histogramLines(
  name: string,
  labels: readonly string[],
  { labels: values, histogram }: HistogramSample,
): Line[] {
  const common = labelled(labels, values);
  const { bounds, sum, count } = histogram;
  const buckets = histogram.cumulative().map((value, i) => ({
    metricName: `${name}_bucket`,
    labels: { ...common, le: bound(bounds[i] ?? 0) },
    value,
  }));
  return [
    ...buckets,
    {
      metricName: `${name}_bucket`,
      labels: { ...common, le: "+Inf" },
      value: count,
    },
    { metricName: `${name}_sum`, labels: common, value: sum },
    { metricName: `${name}_count`, labels: common, value: count },
  ];
}

/** As OpenMetrics wants it: `1.0`, where JavaScript says 1. */
function bound(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

function labelled(
  names: readonly string[],
  values: readonly string[],
): Record<string, string> {
  return Object.fromEntries(names.map((name, i) => [name, values[i] ?? ""]));
}
