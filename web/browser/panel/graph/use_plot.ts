/** Draws a plot into an element, and keeps it as wide, as coloured and as new as it has to be. @module */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import { useStore } from "../client/store.ts";
import { theme } from "../shell/theme.ts";
import { chartOptions } from "./options.ts";
import { type Plotter, plotter } from "./plotter.ts";
import type { Unit } from "./units.ts";

export interface Plotted {
  readonly drawn: uPlot.AlignedData;
  /** Of each line, its place among all series. */
  readonly colours: readonly number[];
  readonly isStacked: boolean;
  readonly unit: Unit;
  /** Seconds since 1970 UTC. */
  readonly from: number;
  readonly to: number;
  /** Told of the row under the pointer. */
  readonly onRow: (row: number | undefined) => void;
}

/** Where it is drawn; nothing is while the plotter cannot be loaded. */
export function usePlot(plotted: Plotted): RefObject<HTMLDivElement | null> {
  const { drawn, colours, isStacked, unit, from, to, onRow } = plotted;
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const [Plot, setPlot] = useState<Plotter>();
  const look = useStore(theme);
  const build = `${look} ${isStacked} ${unit} ${colours.join()}`;

  useEffect(() => {
    let isGone = false;
    plotter().then(
      (loaded) => isGone || setPlot(() => loaded),
      () => undefined, // legend and table are there without it
    );
    return () => void (isGone = true);
  }, []);

  useEffect(() => {
    const place = frame.current;
    if (!place || !Plot) return;
    const make = () => {
      plot.current?.destroy();
      plot.current = new Plot(
        chartOptions({
          width: place.clientWidth,
          colours,
          isStacked,
          unit,
          onRow,
        }),
        drawn,
        place,
      );
      plot.current.setScale("x", { min: from, max: to });
    };
    make();
    const onWidth = new ResizeObserver(() =>
      plot.current?.setSize({
        width: place.clientWidth,
        height: plot.current.height,
      })
    );
    onWidth.observe(place);
    // the system may turn dark at night
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", make);
    return () => {
      onWidth.disconnect();
      scheme.removeEventListener("change", make);
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [build, Plot]);

  useEffect(() => {
    plot.current?.setData(drawn, false);
    plot.current?.setScale("x", { min: from, max: to });
  }, [drawn, from, to]);

  return frame;
}
