/** Draws graphs for the panel; loaded with the first of them. @module */
import uPlot from "uplot";

export const Plotter = uPlot;
