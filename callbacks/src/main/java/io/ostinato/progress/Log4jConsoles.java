package io.ostinato.progress;

import java.util.List;
import java.util.Map;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.ConsoleAppender;
import org.apache.logging.log4j.core.config.AppenderRef;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.jspecify.annotations.Nullable;

/**
 * Log4j's console appenders, which keep the standard streams that they found when they began unless
 * they are told to follow. Other loggers ask for the streams each time.
 */
final class Log4jConsoles {
  private Log4jConsoles() {}

  /** From now on, also where Log4j is configured later. */
  static void follow() {
    try {
      Following.begin();
    } catch (LinkageError e) {
      return; // logging is something else
    }
  }

  static void follow(LoggerContext context) {
    Following.begin(context);
  }

  /** A class of its own, since Log4j may not be there. */
  private static final class Following {
    static void begin() {
      if (LogManager.getContext(false) instanceof LoggerContext context) {
        begin(context);
      }
    }

    static void begin(LoggerContext context) {
      follow(context.getConfiguration());
      context.addPropertyChangeListener(
          change -> {
            if (change.getNewValue() instanceof Configuration later) {
              follow(later);
            }
          });
    }

    private static void follow(Configuration configuration) {
      for (LoggerConfig logger : configuration.getLoggers().values()) {
        for (Map.Entry<String, Appender> each : List.copyOf(logger.getAppenders().entrySet())) {
          if (each.getValue() instanceof ConsoleAppender console) {
            replace(logger, reference(logger, each.getKey()), console);
          }
        }
      }
    }

    private static void replace(
        LoggerConfig logger, @Nullable AppenderRef reference, ConsoleAppender console) {
      ConsoleAppender following =
          ConsoleAppender.newBuilder()
              .setName(console.getName())
              .setLayout(console.getLayout())
              .setFilter(console.getFilter())
              .setIgnoreExceptions(console.ignoreExceptions())
              .setTarget(console.getTarget())
              .setFollow(true)
              .build();
      following.start();
      logger.removeAppender(console.getName());
      logger.addAppender(
          following,
          reference == null ? null : reference.getLevel(),
          reference == null ? null : reference.getFilter());
    }

    private static @Nullable AppenderRef reference(LoggerConfig logger, String name) {
      return logger.getAppenderRefs().stream()
          .filter(reference -> reference.getRef().equals(name))
          .findFirst()
          .orElse(null);
    }
  }
}
