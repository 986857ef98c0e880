package io.ostinato.notebook.zeppelin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ostinato.notebook.zeppelin.ZeppelinNote.Output;
import io.ostinato.notebook.zeppelin.ZeppelinNote.Paragraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The notes for Zeppelin print what is saved in them, but for the rounding of another CPU: on
 * executors that are processes of their own, and the first one on threads, too. {@code
 * -Dostinato.notes.write=true} executes all on threads instead, and saves what they print.
 */
class ScalaNotesIT {
  /** How the shell prints an exception, and an error of the compiler; saved ones are wrong too. */
  private static final Pattern FAILURE =
      Pattern.compile(
          "(?m)^([\\w.$]+(Exception|Error)\\b|\\S+:\\d+: error: |\\s+at [\\w.$<>]+\\()");

  private static final boolean WRITES = Boolean.getBoolean("ostinato.notes.write");

  @TempDir Path folder;

  static Stream<Arguments> notes() throws IOException {
    List<Path> files = ZeppelinNote.files();
    List<Path> onThreads = WRITES ? files : files.subList(0, 1);
    List<Path> onExecutors = WRITES ? List.of() : files;
    return Stream.concat(
        onThreads.stream().map(file -> Arguments.of("local[2]", file)),
        onExecutors.stream().map(file -> Arguments.of("local-cluster[2,1,1024]", file)));
  }

  @ParameterizedTest
  @MethodSource("notes")
  void savedOutputsAreThoseOfANewRun(String master, Path file) throws Exception {
    assumeTrue(
        System.getProperty("os.arch").equals("amd64"), "the saved outputs are those of x86-64");
    ZeppelinNote note = ZeppelinNote.read(file);
    List<Paragraph> paragraphs =
        note.paragraphs().stream().filter(paragraph -> paragraph.isFor("spark")).toList();
    List<String> printed =
        new ScalaShell(master, Files.createDirectory(folder.resolve("work")))
            .run(paragraphs.stream().map(Paragraph::code).toList());
    List<List<Output>> outputs = new ArrayList<>();
    for (String each : printed) {
      assertThat(each).as("what is printed").doesNotContainPattern(FAILURE);
      outputs.add(ZeppelinNote.outputs(each));
    }
    if (WRITES) {
      for (int i = 0; i < paragraphs.size(); i++) {
        paragraphs.get(i).save(outputs.get(i));
      }
      note.write(file);
    }
    boolean trains = paragraphs.stream().anyMatch(each -> each.code().contains("TrainingLoop"));
    for (int i = 0; i < paragraphs.size(); i++) {
      List<Output> saved = paragraphs.get(i).saved();
      if (!trains || !RoundedText.areSame(saved.toString(), outputs.get(i).toString())) {
        assertThat(outputs.get(i))
            .as("what is printed by: %s", paragraphs.get(i).code())
            .isEqualTo(saved);
      }
    }
  }
}
