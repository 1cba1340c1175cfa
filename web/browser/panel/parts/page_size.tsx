/** Rows of a page, and the way to the others. @module */
import type { JSX } from "preact";
import { t } from "../i18n/translate.ts";
import { SelectField } from "../ui/fields.tsx";
import { Pager } from "../ui/pager.tsx";

const SIZES = [25, 50, 100] as const;

export interface Part {
  readonly offset: number;
  readonly limit: number;
}

export const FIRST_PART: Part = { offset: 0, limit: SIZES[0] };

interface PartPagerProps {
  readonly part: Part;
  readonly total: number;
  readonly onPart: (part: Part) => void;
}

export function PartPager(
  { part, total, onPart }: PartPagerProps,
): JSX.Element {
  return (
    <div class="paging">
      <Pager
        {...part}
        total={total}
        onChange={(offset) => onPart({ ...part, offset })}
      />
      {total > SIZES[0] && (
        <SelectField
          label={t("people.rows")}
          value={String(part.limit)}
          options={SIZES.map((size) => [String(size), String(size)])}
          onChange={(limit) => onPart({ offset: 0, limit: Number(limit) })}
        />
      )}
    </div>
  );
}
