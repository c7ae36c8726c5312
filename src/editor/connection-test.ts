/** The button of the endpoint dialog that tries its settings, which need not be deployed. */
import type { Refusal, StageReport } from '../protocol/live-report.ts';
import { refusalText } from './refusal.ts';
import { reported, text } from './validators.ts';

/** The form of a config node's dialog. */
const formOfEndpoint = 'node-config-dialog-edit-form';

const icons = { passed: 'fa-check', failed: 'fa-times', skipped: 'fa-minus' } as const;

/** The one that is running; its dialog is open. */
let running: EditorRequest | undefined;

export function prepareConnectionTest(node: EditedEndpointNode): void {
  endConnectionTest();
  const button = $('#kaa-endpoint-test');
  const list = $('#kaa-endpoint-test-stages');
  // What was found out is about what stood there then.
  $(`#${formOfEndpoint}`).on('input change', () => {
    endConnectionTest();
    list.empty();
  });
  button.on('click', () => {
    endConnectionTest();
    list.empty();
    button.prop('disabled', true);
    /** Characters of the answer that were shown. */
    let shown = 0;
    let server: number | undefined;
    const show = (answer: string): void => {
      const complete = answer.slice(shown, answer.lastIndexOf('\n') + 1);
      shown += complete.length;
      for (const line of complete.split('\n').filter((each) => each !== '')) {
        const report = JSON.parse(line) as StageReport | Refusal;
        if ('message' in report) {
          list.append(row('failed', reported(report.message)));
          continue;
        }
        if (report.server !== server) list.append(heading(report.address));
        server = report.server;
        list.append(stageRow(report));
      }
    };
    running = $.ajax({
      url: 'kaa/check',
      method: 'POST',
      contentType: 'application/json',
      data: JSON.stringify(settingsOf(node)),
      dataType: 'text',
      xhrFields: { onprogress: (event) => show(event.currentTarget.responseText) },
      success: show,
      error: (refusal) => {
        if (refusal.statusText === 'abort') return;
        const texts = { notAllowed: text('check.notAllowed'), noAnswer: text('check.noNodeRed') };
        list.append(row('failed', refusalText(refusal, texts)));
      },
      complete: () => {
        running = undefined;
        button.prop('disabled', false);
      },
    });
  });
}

/** The dialog closes: nobody wants to know any more. */
export function endConnectionTest(): void {
  running?.abort();
  running = undefined;
}

/** What the fields of the open dialog hold. */
function settingsOf({ id, _def: { defaults, credentials } }: EditedEndpointNode): object {
  const valueOf = (name: string): unknown => {
    const value = $(`#node-config-input-${name}`).val();
    return name === 'tls' && value === '_ADD_' ? '' : value;
  };
  const read = (names: readonly string[]): object => Object.fromEntries(names.map((name) => [name, valueOf(name)]));
  return { id, properties: read(Object.keys(defaults)), credentials: read(Object.keys(credentials)) };
}

function heading(address: string): EditorElement {
  return $('<li class="kaa-test-server">').text(address);
}

function stageRow({ stage, state, text: why }: StageReport): EditorElement {
  const name = text(`check.stage.${stage}`);
  return row(state, why === undefined ? name : `${name}: ${reported(why)}`);
}

function row(state: StageReport['state'], words: string): EditorElement {
  const item = $(`<li class="kaa-test-${state}">`).append($(`<i class="fa ${icons[state]}" aria-hidden="true">`));
  const outcome = $('<span class="kaa-test-outcome">').text(`${text(`check.state.${state}`)} `);
  return item.append(outcome, $('<span>').text(words));
}
