"""Tests of notes.py, without a kernel."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

import nbformat
from nbformat import v4

import notes

TEXT = "accuracy 0.963889 of 360 rows in 1.2 s"
SVG = '<svg><circle cx="1" cy="20.5"/><text>0.95</text></svg>'
RECORD = '{"time":"2026-11-29T13:14:15.5Z","seconds":0.25,"metrics":{"loss":2}}'


def note(*outputs):
    cell = v4.new_code_cell("evaluate()", id="evaluate", outputs=list(outputs), execution_count=1)
    return v4.new_notebook(cells=[v4.new_markdown_cell("# Title", id="title"), cell])


def shown(text=TEXT, svg=SVG):
    return v4.new_output("display_data", {"text/plain": text, "image/svg+xml": svg})


def printed(text, name="stdout"):
    return v4.new_output("stream", name=name, text=text)


class Notes(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.saved = pathlib.Path(folder.name, "saved")
        self.executed = pathlib.Path(folder.name, "executed")
        self.saved.mkdir()
        self.executed.mkdir()

    def call(self, saved, new, *options):
        """Compares two notebooks; gives the exit code and what is printed."""
        nbformat.write(saved, self.saved / "note.ipynb")
        nbformat.write(new, self.executed / "note.ipynb")
        files = ["--executed", str(self.executed), str(self.saved / "note.ipynb")]
        output = io.StringIO()
        with mock.patch.object(sys, "argv", ["notes.py", *options, *files]):
            with contextlib.redirect_stdout(output), self.assertRaises(SystemExit) as exit:
                notes.main()
        return exit.exception.code, output.getvalue()

    def assertDiffers(self, saved, new, *expected):
        code, output = self.call(note(*saved), note(*new))
        self.assertEqual(1, code)
        for text in expected:
            self.assertIn(text, output)

    def assertSame(self, saved, new):
        self.assertEqual((0, ""), self.call(note(*saved), note(*new)))

    def test_the_same_outputs_pass(self):
        self.assertSame([shown(), printed("a\n")], [shown(), printed("a\n")])

    def test_a_changed_number_fails(self):
        self.assertDiffers(
            [shown()],
            [shown(TEXT.replace("0.963889", "0.963888"))],
            "note.ipynb: the saved outputs of 1 cells differ",
            "cell 'evaluate':",
            "--- saved output 0, display_data text/plain",
            "-accuracy 0.963889 of 360 rows in <duration>",
            "+accuracy 0.963888 of 360 rows in <duration>",
        )
        self.assertDiffers([shown()], [shown(TEXT.replace("360", "361"))], "+accuracy 0.963889 of 361")
        self.assertDiffers(
            [printed(RECORD)], [printed(RECORD.replace("2}", "3}"))], '"loss":3', "output 0, stdout"
        )

    def test_a_changed_number_in_a_picture_fails(self):
        self.assertDiffers(
            [shown()],
            [shown(svg=SVG.replace("20.5", "20.6"))],
            "display_data image/svg+xml",
            '-<circle cx="1" cy="20.5"/>',
            '+<circle cx="1" cy="20.6"/>',
        )

    def test_the_last_digit_of_coordinates_may_differ(self):
        self.assertSame([shown()], [shown(svg=SVG.replace("20.5", "20.51"))])
        self.assertDiffers([shown()], [shown(svg=SVG.replace("20.5", "20.52"))], 'cy="20.52"')
        self.assertDiffers([shown()], [shown(svg=SVG.replace("0.95", "0.951"))], "+<text>0.951")
        self.assertDiffers([shown()], [shown(svg=SVG.replace("cx", "r"))], '+<circle r="1"')
        self.assertDiffers(
            [shown()], [shown(svg=SVG.replace("<circle", "<circle/><circle"))], "+<circle/>"
        )

    def test_times_may_differ(self):
        for saved, new in [
            (TEXT, TEXT.replace("1.2 s", "1,003.75 s")),
            (TEXT, TEXT.replace("1.2 s", "48 ms")),
            (RECORD, RECORD.replace("13:14:15.5Z", "23:14:15Z").replace("0.25", "1.0E-4")),
            ("{'seconds': 0.5}", "{'seconds': 0.6}"),
            ("4 of 9  0:05 left", "4 of 9  1:00:03 left"),
            ("at 12 rows/s", "at 1,300.5 rows/s"),
        ]:
            self.assertSame([printed(saved)], [printed(new)])

    def test_what_only_looks_like_a_time_may_not_differ(self):
        for saved, new in [
            ("E1_U22_S1408 s", "E1_U22_S1409 s"),
            ("-5 s", "-6 s"),
            ("0.5 samples", "0.6 samples"),
            ("ratio 1:02", "ratio 1:03"),
            ("12 rows/second", "13 rows/second"),
            ("2026-11-29", "2026-11-30"),
        ]:
            self.assertDiffers([printed(saved)], [printed(new)], "-" + saved, "+" + new)

    def test_missing_and_new_outputs_fail(self):
        self.assertDiffers([shown(), printed("x")], [shown()], "new output 1, stdout (missing)")
        self.assertDiffers([], [printed("w", "stderr")], "saved output 0, stderr (missing)", "+w")
        self.assertDiffers(
            [shown()],
            [v4.new_output("display_data", {"text/plain": TEXT})],
            "new output 0, display_data image/svg+xml (missing)",
        )

    def test_an_interrupted_cleanup_of_sparks_worker_passes(self):
        interrupted = (
            "WARN JavaUtils: Attempt to delete using native Unix OS command failed for path = /tmp/a\n"
            "java.io.IOException: Failed to delete: /tmp/a\n"
            "\tat org.apache.spark.network.util.JavaUtils.deleteRecursively(JavaUtils.java:90)\n"
            "Caused by: java.lang.InterruptedException\n"
            "\tat java.lang.Object.wait(Native Method) ~[?:?]\n"
            "\t... 22 more\n"
        )
        rejected = (
            "java.util.concurrent.RejectedExecutionException: Task"
            " scala.concurrent.impl.CallbackRunnable@2562b46a rejected from"
            " java.util.concurrent.ThreadPoolExecutor@23a68081[Shutting down, pool size = 1]\n"
            "\tat java.base/java.util.concurrent.ThreadPoolExecutor.reject(ThreadPoolExecutor.java:833)\n"
        )
        warning = printed("a warning\n", "stderr")
        self.assertSame([shown()], [shown(), printed(interrupted + rejected, "stderr")])
        self.assertSame([], [printed(rejected, "stderr")])
        self.assertSame([warning], [printed(interrupted + "a warning\n" + rejected, "stderr")])
        self.assertDiffers([], [printed("a warning\n" + rejected, "stderr")], "+a warning")
        self.assertDiffers([], [printed(interrupted)], "stdout (missing)")

    def test_errors_are_compared_without_their_colours(self):
        def error(value, colour="\x1b[31m"):
            traceback = [f"{colour}{value}\x1b[0m"]
            return v4.new_output("error", ename="E", evalue=value, traceback=traceback)

        self.assertSame([error("no column 'y'")], [error("no column 'y'", "\x1b[1;32m")])
        self.assertDiffers([error("no column 'y'")], [error("no column 'z'")], "-E: no column 'y'")

    def test_another_notebook_is_not_compared(self):
        other = note(shown())
        other.cells[1].source = "predict()"
        self.assertEqual(
            (1, "note.ipynb: the executed notebook has other cells\n"),
            self.call(note(shown()), other),
        )

    def test_cells_that_were_executed_in_another_order_fail(self):
        for count in (None, 7):
            saved = note(shown())
            saved.cells[1].execution_count = count
            code, output = self.call(saved, note(shown()))
            self.assertEqual(1, code)
            self.assertIn(f"were executed in the order [{count}] instead of [1]", output)
            self.assertEqual((0, ""), self.call(saved, note(shown()), "--write"))
            written = nbformat.read(self.saved / "note.ipynb", as_version=4)
            self.assertEqual(1, written.cells[1].execution_count)

    def test_new_outputs_are_saved_and_times_kept(self):
        later = shown(TEXT.replace("1.2 s", "1.3 s"))
        for new, expected in [
            (note(later), note(shown())),
            (note(later, printed("x")), note(later, printed("x"))),
        ]:
            self.assertEqual((0, ""), self.call(note(shown()), new, "--write"))
            written = nbformat.read(self.saved / "note.ipynb", as_version=4)
            self.assertEqual(expected.cells, written.cells)


if __name__ == "__main__":
    unittest.main()
