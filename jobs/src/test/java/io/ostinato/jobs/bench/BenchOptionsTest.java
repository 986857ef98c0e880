package io.ostinato.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Benchmarks run in a process of their own, which has only the properties passed on to it. */
class BenchOptionsTest {
  private static final Pattern READ = Pattern.compile("\\w+\\(\\s*\"(bench\\.[a-z.]+)\",");

  @Test
  void mavenPassesOnEveryOptionThatABenchmarkReads() throws IOException {
    Set<String> options = options();
    assertThat(options).contains("bench.coldstart.rounds", "bench.costs.file", "bench.peers.rows");
    String passed = Files.readString(Path.of("pom.xml"));
    String defaults = Files.readString(Path.of("..", "pom.xml"));
    for (String option : options) {
      assertThat(passed)
          .containsPattern("-D%1$s=\"?\\$\\{%1$s\\}".formatted(Pattern.quote(option)));
      assertThat(defaults).containsPattern("<%s( /)?>".formatted(Pattern.quote(option)));
    }
  }

  private static Set<String> options() throws IOException {
    Set<String> options = new TreeSet<>();
    Path folder = Path.of("src", "test", "java", "io", "ostinato", "jobs", "bench");
    try (Stream<Path> sources = Files.list(folder)) {
      for (Path source : sources.filter(one -> !one.endsWith("BenchOptionsTest.java")).toList()) {
        READ.matcher(Files.readString(source))
            .results()
            .map((MatchResult found) -> found.group(1))
            .forEach(options::add);
      }
    }
    return options;
  }
}
