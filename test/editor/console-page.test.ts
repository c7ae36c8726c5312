import assert from 'node:assert/strict';
import { consolePage } from '../../src/editor/console-page.ts';

describe('the link to the console page of a simulator', () => {
  for (const [host, httpPort, editorHost, expected] of [
    ['', '', 'localhost', 'http://127.0.0.1:1884/'],
    ['127.0.0.1', '1984', '127.0.0.1', 'http://127.0.0.1:1984/'],
    ['LOCALHOST', '1884', '[::1]', 'http://localhost:1884/'],
    ['::1', '1884', 'localhost', 'http://[::1]:1884/'],
    ['0.0.0.0', '1884', 'gateway.local', 'http://gateway.local:1884/'],
    ['0.0.0.0', '1884', '[fd00::1]', 'http://[fd00::1]:1884/'],
    ['::', '1884', '192.168.1.7', 'http://192.168.1.7:1884/'],
    ['[::]', '1884', 'localhost', 'http://localhost:1884/'],
    ['192.168.1.7', '1884', 'gateway.local', 'http://192.168.1.7:1884/'],
    ['fd00::1', '1884', 'gateway.local', 'http://[fd00::1]:1884/'],
  ] as const) {
    it(`leads to ${expected} from an editor at ${editorHost} where it listens on '${host}'`, () => {
      assert.deepEqual(consolePage(host, httpPort, editorHost), { url: expected });
    });
  }

  for (const host of ['', '127.0.0.1', '127.1.2.3', 'localhost', 'Localhost', '::1', '[::1]']) {
    it(`leads nowhere from an editor on another machine where it listens on '${host}'`, () => {
      assert.deepEqual(consolePage(host, '1884', 'gateway.local'), { reason: 'elsewhere' });
    });
  }

  for (const [host, httpPort] of [
    ['${HOST}', '1884'],
    ['127.0.0.1', '${PORT}'],
  ] as const) {
    it(`leads nowhere where only the runtime knows ${host}:${httpPort}`, () => {
      assert.deepEqual(consolePage(host, httpPort, 'gateway.local'), { reason: 'unknown' });
    });
  }
});
