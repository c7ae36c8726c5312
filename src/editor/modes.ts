/** Dialogs of nodes with a mode, one of which receives from Kaa for several endpoints. */
import { choices } from '../protocol/choices.ts';

/**
 * Shows the rows of the chosen mode: those of class `kaa-mode` that are also of class `kaa-mode-<mode>`. A node that
 * receives has an input only where it takes messages that add and remove endpoints; in any other mode it has one.
 */
export function prepareModes(receiving: string): void {
  $('#node-input-tokens').typedInput({
    default: 'env',
    typeField: $('#node-input-tokensType'),
    types: choices['kaa-command'].tokensType,
  });
  const isDynamic = (): boolean => $('#node-input-dynamic').is(':checked');
  $('.kaa-other-endpoints').prop('open', isDynamic() || $('#node-input-tokens').val() !== '');
  const update = (): void => {
    const mode = String($('#node-input-mode').val());
    $('.kaa-mode').toggle(false);
    $(`.kaa-mode-${mode}`).toggle(true);
    $('#node-input-inputs').val(mode === receiving && !isDynamic() ? 0 : 1);
  };
  $('#node-input-mode').on('change', update);
  $('#node-input-dynamic').on('change', update);
  update();
}
