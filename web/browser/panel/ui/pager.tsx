/** Which part of a long list is shown. @module */
import type { JSX } from "preact";
import { t } from "../i18n/translate.ts";
import { Button } from "./button.tsx";

export interface PagerProps {
  readonly offset: number;
  readonly limit: number;
  readonly total: number;
  readonly onChange: (offset: number) => void;
}

export function Pager(
  { offset, limit, total, onChange }: PagerProps,
): JSX.Element | null {
  if (total <= limit && offset === 0) return null;
  const last = Math.max(0, Math.floor((total - 1) / limit) * limit);
  return (
    <nav class="pager" aria-label={t("pager.label")}>
      <Button small disabled={offset === 0} onClick={() => onChange(0)}>
        {t("pager.first")}
      </Button>
      <Button
        small
        disabled={offset === 0}
        onClick={() => onChange(Math.max(0, offset - limit))}
      >
        {t("pager.before")}
      </Button>
      <span aria-live="polite">
        {t("pager.shown", {
          from: total === 0 ? 0 : offset + 1,
          to: Math.min(total, offset + limit),
          total,
        })}
      </span>
      <Button
        small
        disabled={offset + limit >= total}
        onClick={() => onChange(offset + limit)}
      >
        {t("pager.next")}
      </Button>
      <Button
        small
        disabled={offset + limit >= total}
        onClick={() => onChange(last)}
      >
        {t("pager.last")}
      </Button>
    </nav>
  );
}
