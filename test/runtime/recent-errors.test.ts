import assert from 'node:assert/strict';
import { KaaClosedError } from '../../src/protocol/errors.ts';
import { reportedText } from '../../src/protocol/reported-text.ts';
import { RecentErrors } from '../../src/runtime/recent-errors.ts';

describe('recent errors', () => {
  it('are the last ten, the newest first', () => {
    const errors = new RecentErrors();
    for (let number = 1; number <= 12; number += 1) errors.add(new Error(`error ${number}`));
    assert.deepEqual(
      errors.list.map(({ text }) => text),
      Array.from({ length: 10 }, (_, index) => `error ${12 - index}`),
    );
  });

  it('that come several times in a row stand there once', () => {
    const errors = new RecentErrors();
    for (const message of ['a', 'b', 'b', 'a']) errors.add(new Error(message));
    assert.deepEqual(
      errors.list.map(({ text, count }) => [text, count]),
      [
        ['a', 1],
        ['b', 2],
        ['a', 1],
      ],
    );
  });

  it('have a text that can be said in every language, where they are ours', () => {
    const errors = new RecentErrors();
    errors.add(new KaaClosedError(false));
    assert.deepEqual(errors.list[0]?.text, reportedText(new KaaClosedError(false).wording));
  });

  it('have the code of the error', () => {
    const errors = new RecentErrors();
    errors.add(new KaaClosedError(false));
    errors.add(new Error('else'));
    assert.deepEqual(
      errors.list.map(({ code }) => code),
      ['other', 'KAA_CLOSED'],
    );
  });
});
