// The JSON editor is fetched when it is first opened, with all that only it needs.

export function startEditor(bench) {
  let opening = null;
  let editor = null;
  bench.openEditor = () => (opening ??= open());
  const open = async () => {
    try {
      const { Editor } = await import(bench.main.dataset.editor);
      editor = new Editor(bench, document.getElementById("editor"));
      await editor.start();
      return editor;
    } catch (fault) {
      editor = opening = null;
      bench.toast(bench.words.unfetched, "error");
      bench.showTab(document.getElementById("tab_json"));
      throw fault;
    }
  };
  bench.flushEditor = () => editor?.flush();
  bench.resetEditor = () => editor?.reset();
  bench.mineInEditor = () => editor?.freeze();
  bench.showInEditor = async (row, column) => {
    await bench.showTab(document.getElementById("tab_editor"));
    (await bench.openEditor()).go(row, column);
  };
  if (bench.half) bench.showTab(document.getElementById("tab_editor"));
}
