package io.ostinato.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
@Tag("spark35")
class PythonProcessTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir Path folder;

  @Test
  void answersComeInTheOrderOfRequestsAndFailuresDontEndTheProcess() throws Exception {
    try (PythonProcess process =
        shell("echo ready 1; while read line; do echo $line; done; echo over >&2")) {
      assertThat(process.ask("result 1 2", "ready", LONG)).isEqualTo("1");
      assertThat(process.answer("result", LONG)).isEqualTo("1 2");
      assertThatThrownBy(() -> process.ask("failed no memory", "result", LONG))
          .isInstanceOf(PeerException.class)
          .hasMessage("no memory");
      assertThat(process.ask("result 3", "result", LONG)).isEqualTo("3");
    }
    // It could end by itself.
    assertThat(log()).hasContent("over");
  }

  @Test
  void aProcessThatEndsFailsEveryRequestWithItsLastWords() throws Exception {
    try (PythonProcess process = shell("echo first >&2; echo out of memory >&2; exit 3")) {
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> process.ask("evaluate", "result", LONG))
            .isInstanceOf(PeerException.class)
            .hasMessage("the process ended: out of memory; see %s", log());
      }
    }
  }

  @Test
  void aProcessWithoutAnAnswerInTimeEndsWithAllThatItStarted() throws Exception {
    try (PythonProcess process = shell("sleep 600 & echo child $!; wait")) {
      ProcessHandle child =
          ProcessHandle.of(Long.parseLong(process.answer("child", LONG))).orElseThrow();
      assertThatThrownBy(() -> process.ask("evaluate", "result", Duration.ofMillis(1)))
          .isInstanceOf(PeerException.class)
          .hasMessage("no answer within 0 s; see %s", log());
      child.onExit().get(1, TimeUnit.MINUTES);
      assertThatThrownBy(() -> process.ask("evaluate", "result", LONG))
          .isInstanceOf(PeerException.class)
          .hasMessage("no answer within 0 s; see %s", log());
    }
  }

  @Test
  void whatAProcessLeavesBehindEndsWhenItIsClosed() throws Exception {
    ProcessHandle child;
    try (PythonProcess process = shell("sleep 600 & echo child $!; read line")) {
      child = ProcessHandle.of(Long.parseLong(process.answer("child", LONG))).orElseThrow();
    }
    child.onExit().get(1, TimeUnit.MINUTES);
  }

  @Test
  void aProgramThatIsMissingIsReported() {
    assertThatThrownBy(() -> new PythonProcess(List.of(folder.resolve("none").toString()), log()))
        .isInstanceOf(PeerException.class)
        .hasMessageContaining("none");
  }

  private PythonProcess shell(String script) throws Exception {
    return new PythonProcess(List.of("/bin/sh", "-c", script), log());
  }

  private Path log() {
    return folder.resolve("peer.log");
  }
}
