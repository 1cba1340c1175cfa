/** All screens there are, in the order of the navigation. @module */
import {
  EXCHANGE_SCREENS,
  PEOPLE_SCREENS,
  UPKEEP_SCREENS,
} from "./people/screens.ts";
import type { Screen } from "./screen.ts";
import { SETUP_SCREENS } from "./setup/screens.ts";
import { WATCH_SCREENS } from "./watch/screens.ts";

export const SCREENS: readonly Screen[] = [
  ...WATCH_SCREENS,
  ...PEOPLE_SCREENS,
  ...EXCHANGE_SCREENS,
  ...UPKEEP_SCREENS,
  ...SETUP_SCREENS,
];
