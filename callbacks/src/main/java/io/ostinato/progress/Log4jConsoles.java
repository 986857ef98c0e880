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
 * Makes Log4j's console appenders follow changes of the standard streams. By default they keep the
 * streams they found when they were started; other loggers look the streams up each time.
 */
final class Log4jConsoles {
  private Log4jConsoles() {}

  /** Makes the appenders follow from now on, even if Log4j is reconfigured later. */
  static void follow() {
    try {
      Following.begin();
    } catch (LinkageError e) {
      return; // another logging library is in use
    }
  }

  static void follow(LoggerContext context) {
    Following.begin(context);
  }

  /** A separate class, since Log4j may not be on the class path. */
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
