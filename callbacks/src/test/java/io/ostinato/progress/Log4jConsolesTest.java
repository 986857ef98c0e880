package io.ostinato.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilder;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilderFactory;
import org.apache.logging.log4j.core.config.builder.impl.BuiltConfiguration;
import org.junit.jupiter.api.Test;

class Log4jConsolesTest {
  @Test
  void aConsoleThatBeganEarlierFollowsTheStreamOfToday() {
    PrintStream before = System.err;
    ByteArrayOutputStream first = new ByteArrayOutputStream();
    ByteArrayOutputStream second = new ByteArrayOutputStream();
    try (LoggerContext context = new LoggerContext("consoles")) {
      System.setErr(new PrintStream(first, true, StandardCharsets.UTF_8));
      context.start(configuration("%p %m%n", Level.INFO));
      Log4jConsoles.follow(context);
      System.setErr(new PrintStream(second, true, StandardCharsets.UTF_8));
      context.getLogger("a").debug("below the level of its console");
      context.getLogger("a").info("told");
      context.reconfigure(configuration("later: %m%n", Level.WARN));
      context.getLogger("a").info("below the level of the later one");
      context.getLogger("a").warn("told again");
    } finally {
      System.setErr(before);
    }
    assertThat(first.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(second.toString(StandardCharsets.UTF_8).lines())
        .containsExactly("INFO told", "later: told again");
  }

  private static BuiltConfiguration configuration(String pattern, Level level) {
    ConfigurationBuilder<BuiltConfiguration> builder =
        ConfigurationBuilderFactory.newConfigurationBuilder();
    return builder
        .add(
            builder
                .newAppender("console", "Console")
                .addAttribute("target", "SYSTEM_ERR")
                .add(builder.newLayout("PatternLayout").addAttribute("pattern", pattern)))
        .add(
            builder
                .newRootLogger(Level.ALL)
                .add(builder.newAppenderRef("console").addAttribute("level", level)))
        .build(false);
  }
}
