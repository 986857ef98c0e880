package io.ostinato.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunInfoTest {
  @Test
  void anIdLeadsIntoTheFolderOfRunsAndNowhereElse() {
    Clock noon = Clock.fixed(Instant.parse("2026-11-24T12:00:00Z"), ZoneOffset.UTC);
    for (String id : List.of(RunInfo.newId(noon), "a", "_a.b-c=2", "0", "a..b")) {
      assertThat(RunInfo.isId(id)).as(id).isTrue();
    }
    for (String no :
        List.of("", ".", "..", "../x", "a/b", "/tmp/x", ".a", "a b", "a:b", "a\\b", "a\n", "\0")) {
      assertThat(RunInfo.isId(no)).as(no).isFalse();
    }
  }
}
