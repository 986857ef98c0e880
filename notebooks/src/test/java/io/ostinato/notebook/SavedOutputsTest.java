package io.ostinato.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.PythonTools;
import org.junit.jupiter.api.Test;

/** The comparison of saved outputs with new ones: what fails, and what may differ. */
class SavedOutputsTest {
  @Test
  void changedOutputsFail() {
    assertThat(PythonTools.python("-B", "src/test/python/notes_test.py"))
        .contains("Ran 12 tests", "OK");
  }
}
