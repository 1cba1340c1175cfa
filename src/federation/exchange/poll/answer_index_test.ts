import assert from "node:assert/strict";
import { AnswerIndex } from "./answer_index.ts";
import { JsonFault } from "./json_scanner.ts";
import { POLL_PROTOCOLS } from "./protocols.ts";

function index(text: string, name: keyof typeof POLL_PROTOCOLS = "v1") {
  const found = new AnswerIndex(POLL_PROTOCOLS[name].shape);
  found.push(new TextEncoder().encode(text));
  return found;
}

Deno.test("an answer is read in the shape of each protocol", () => {
  const v1 =
    '{"messages":[{"body_b64":"QQ==","id":"a-1","mail_to":["b@c","d@e"],"mail_from":""}],"count":1,"more":true}';
  const pull =
    '{"domain":"c","count":1,"messages":[{"id":17,"mail_from":"x@y","mail_to":"b@c","body":"A"}]}';
  const me =
    '{"hash":"z","count":1,"messages":[{"id":"7","from":"x@y","to":["b@c"],"size":1,"body":"QQ=="}]}';
  const start = (text: string, body: string) => text.indexOf(body);
  assert.deepEqual(index(v1).finish(false), {
    more: true,
    messages: [{
      id: '"a-1"',
      reversePath: "",
      recipients: ["b@c", "d@e"],
      body: {
        start: start(v1, "QQ=="),
        end: start(v1, "QQ==") + 4,
        encoding: "base64",
      },
    }],
  });
  assert.deepEqual(index(pull, "pull").finish(false).messages, [{
    id: "17",
    reversePath: "x@y",
    recipients: ["b@c"],
    body: {
      start: start(pull, 'A"}'),
      end: start(pull, 'A"}') + 1,
      encoding: "text",
    },
  }]);
  const [message] = index(me, "me").finish(false).messages;
  assert.equal(message?.reversePath, "x@y");
  assert.deepEqual(message?.recipients, ["b@c"]);
});

Deno.test("an answer that contradicts itself, or is cut, is none", () => {
  const wrong = [
    '{"count":2,"messages":[{"id":"a"}]}',
    '{"count":0,"messages":[{"id":"a"}]}',
    '{"count":1,"messages":[{"id":"a"}]',
    "[]x",
    "OK",
  ];
  for (const text of wrong) {
    assert.throws(() => index(text).finish(false), JsonFault);
  }
});

Deno.test("of what is never given again, what there is counts", () => {
  const cut = '{"count":2,"messages":[{"id":"a","body":"QQ=="},{"id":"b"';
  const { messages } = index(cut, "me").finish(true);
  assert.deepEqual(messages.map(({ id }) => id), ['"a"', '"b"']);
  assert.throws(() => index("nothing", "me").finish(true), JsonFault);
});

Deno.test("an answer with too much in it is none", () => {
  const many = Array.from({ length: 10_001 }, () => '{"id":1}').join();
  assert.throws(() => index(`{"messages":[${many}]}`), JsonFault);
  const people = Array.from({ length: 1001 }, () => '"a@b"').join();
  assert.throws(
    () => index(`{"messages":[{"mail_to":[${people}]}]}`),
    JsonFault,
  );
});

Deno.test("an answer of another shape has nothing", () => {
  for (const text of ["{}", "[]", '{"messages":{"0":{"id":1}}}', "null"]) {
    assert.deepEqual(index(text).finish(false).messages, []);
  }
});
