/** The log as it is written. @module */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { oneOf, useKept, WORDS } from "../client/kept_query.ts";
import { followLog } from "../client/live.ts";
import { useOperation } from "../client/use_operation.ts";
import { t } from "../i18n/translate.ts";
import { Button } from "../ui/button.tsx";
import { Choice } from "../ui/choice.tsx";
import { Search } from "../parts/search.tsx";
import { SelectField } from "../ui/fields.tsx";
import { Badge, Card, Page } from "../ui/page.tsx";
import { Empty, errorText, Failure, Loading } from "../ui/state.tsx";
import { toast } from "../ui/toast.tsx";
import { type LogLine, logLineOf, markOf } from "./log_line.ts";

const LEVELS = ["error", "warn", "info", "debug"] as const;
const FIELDS = {
  level: oneOf(["info", "error", "warn", "debug"]),
  search: WORDS,
};
const WRITTEN = ["off", ...LEVELS] as const;
/** Older ones go: the whole log is a file. */
const MAX_LINES = 500;

interface Status {
  readonly log: {
    readonly level: string;
    readonly configured: string;
    readonly locked: boolean;
  } | null;
}

export function Logs(): JSX.Element {
  const { data, error, refresh } = useOperation<Status>("status", {}, {
    events: ["settings"],
  });
  const level = data?.log?.level;
  return (
    <Page title={t("screen.logs")}>
      <Card>
        {error && <Failure error={error} retry={refresh} />}
        {!data && !error && <Loading lines={1} />}
        {data?.log && (
          <Choice
            label={t("logs.written")}
            hint={data.log.locked ? t("logs.locked") : t("logs.written_hint")}
            disabled={data.log.locked}
            value={level ?? "info"}
            options={WRITTEN.map((name) => [name, t(`level.${name}`)])}
            change={async (name) => {
              await call("log.level", { level: name });
              await refresh();
            }}
          />
        )}
      </Card>
      {level === "off"
        ? <Empty title={t("logs.off")}>{t("logs.off_text")}</Empty>
        : <Tail />}
    </Page>
  );
}

function Tail() {
  const [lines, setLines] = useState<readonly LogLine[]>([]);
  const [isOpen, setOpen] = useState(false);
  const [isPaused, setPaused] = useState(false);
  const [{ level: least, search }, setQuery] = useKept(FIELDS);
  const paused = useRef(isPaused);
  paused.current = isPaused;
  const waiting = useRef<LogLine[]>([]);
  function showWaiting(): void {
    const fresh = waiting.current;
    waiting.current = [];
    setLines((before) => [...before, ...fresh].slice(-MAX_LINES));
  }
  useEffect(() => {
    let number = 0;
    let isOver = false;
    let isAsked = false;
    let isKnown = false;
    const streamed = new Set<string>();
    // not before new ones come in: none may be missed between, nor shown twice
    const askForOlder = () => {
      if (isAsked) return;
      isAsked = true;
      call<{ lines: readonly unknown[] }>("logs.tail").then(({ lines }) => {
        isKnown = true;
        if (isOver) return;
        const known = lines.filter((line) => !streamed.has(markOf(line)))
          .flatMap((line) => logLineOf(line, --number) ?? []);
        streamed.clear();
        setLines((after) => [...known, ...after].slice(-MAX_LINES));
      }).catch((error) => {
        isKnown = true;
        streamed.clear();
        toast(errorText(error), "bad");
      });
    };
    let count = 0;
    const end = followLog((data) => {
      if (!isKnown) streamed.add(markOf(data));
      const line = logLineOf(data, ++count);
      if (!line) return;
      waiting.current = [...waiting.current, line].slice(-MAX_LINES);
      if (!paused.current) showWaiting();
    }, (isOpen) => {
      setOpen(isOpen);
      askForOlder();
    });
    return () => {
      isOver = true;
      end();
    };
  }, []);
  const rank = (level: string) =>
    LEVELS.indexOf(level as (typeof LEVELS)[number]);
  const wanted = search.toLowerCase();
  const shown = lines.filter((line) =>
    rank(line.level) <= rank(least) &&
    line.text.toLowerCase().includes(wanted)
  );
  return (
    <Card
      title={t("logs.tail")}
      actions={
        <>
          <Badge kind={isOpen ? "good" : "warn"}>
            {t(isOpen ? "logs.live" : "logs.waiting")}
          </Badge>
          <Button
            small
            onClick={() => {
              setPaused(!isPaused);
              showWaiting();
            }}
          >
            {t(isPaused ? "logs.resume" : "logs.pause")}
          </Button>
          <Button
            small
            onClick={() => {
              waiting.current = [];
              setLines([]);
            }}
          >
            {t("logs.clear")}
          </Button>
        </>
      }
    >
      <div class="columns">
        <SelectField
          label={t("logs.level")}
          value={least}
          options={LEVELS.map((name) => [name, t(`level.${name}`)])}
          onChange={(level) => setQuery({ level })}
        />
        <Search
          label={t("logs.search")}
          value={search}
          onSearch={(search) => setQuery({ search })}
        />
      </div>
      <div
        class="log"
        dir="ltr"
        role="log"
        aria-label={t("logs.tail")}
        tabIndex={0}
      >
        {shown.length === 0 && <Empty title={t("logs.none")} />}
        {shown.map(({ number, level, text, time }) => (
          <p key={number} class={`log-line ${level}`}>
            <time>{time}</time> <span class="log-level">{level}</span> {text}
          </p>
        ))}
      </div>
    </Card>
  );
}
