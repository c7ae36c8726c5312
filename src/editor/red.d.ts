/** What the edit dialogs use of the Node-RED editor and its jQuery. */
declare const RED: {
  _(key: string, values?: Readonly<Record<string, string | number>>): string;
};

interface Dialog {
  val(): unknown;
  val(value: unknown): this;
  on(event: string, listener: () => void): this;
  toggle(visible: boolean): this;
  typedInput(options: object): this;
}

declare function $(selector: string): Dialog;
