/** What draws graphs comes with the first of them: pages are there before it. @module */
import type uPlot from "uplot";

export type Plotter = typeof uPlot;

export async function plotter(): Promise<Plotter> {
  const link = document.querySelector<HTMLLinkElement>("link[data-plot]");
  if (!link) throw new Error("The page names nothing that draws");
  const loaded: { readonly Plotter: Plotter } = await import(link.href);
  return loaded.Plotter;
}
