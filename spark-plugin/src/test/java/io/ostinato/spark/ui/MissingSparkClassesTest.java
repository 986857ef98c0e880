package io.ostinato.spark.ui;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.spark.TestSpark;
import io.ostinato.spark.status.EvaluationBoard;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A Spark whose classes are not those that are expected. */
class MissingSparkClassesTest {
  private static SparkSession session;

  @BeforeAll
  static void start() {
    session = TestSpark.local(Map.of("spark.ui.enabled", "true", "spark.ui.port", "0"));
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "org.apache.spark.ui.SparkUI",
        "org.apache.spark.ui.SparkUITab",
        "org.apache.spark.metrics.source.Source",
        "org.apache.spark.SparkEnv"
      })
  void thereIsNoTabThenAndOneLineInTheLog(String missing) throws Exception {
    EvaluationBoard board = new EvaluationBoard(Clock.systemUTC());
    List<String> lines = new ArrayList<>();
    Logger logger = (Logger) LogManager.getLogger(OstinatoTab.class);
    Configurator.setLevel(OstinatoTab.class.getName(), Level.INFO);
    AbstractAppender appender = appenderTo(lines);
    logger.addAppender(appender);
    try {
      new Without(missing)
          .loadClass(OstinatoTab.class.getName())
          .getMethod("attach", SparkContext.class, EvaluationBoard.class)
          .invoke(null, session.sparkContext(), board);
    } finally {
      logger.removeAppender(appender);
    }
    assertThat(lines)
        .singleElement()
        .asString()
        .startsWith("Spark's web UI has no tab Ostinato: ")
        .contains(missing.replace('.', '/'));
    assertThat(Http.get(session.sparkContext().uiWebUrl().get() + "/jobs/").body())
        .doesNotContain("/ostinato/");
  }

  @ParameterizedTest
  @ValueSource(strings = {"org.apache.spark.SparkEnv", "org.apache.spark.metrics.source.Source"})
  void thereAreNoMetricsThen(String missing) throws Exception {
    EvaluationBoard board = new EvaluationBoard(Clock.systemUTC());
    new Without(missing)
        .loadClass(ApplicationMetrics.class.getName())
        .getMethod("register", EvaluationBoard.class)
        .invoke(null, board);
    assertThat(board.isFirst(new Object())).isTrue();
  }

  private static AbstractAppender appenderTo(List<String> lines) {
    AbstractAppender appender =
        new AbstractAppender("tab", null, null, true, Property.EMPTY_ARRAY) {
          @Override
          public void append(LogEvent event) {
            lines.add(event.getMessage().getFormattedMessage());
          }
        };
    appender.start();
    return appender;
  }

  /** Loads the classes of this room anew, for which one of Spark's classes is not there. */
  private static final class Without extends ClassLoader {
    private static final String ROOM = OstinatoTab.class.getPackageName() + ".";

    private final String missing;

    Without(String missing) {
      super(MissingSparkClassesTest.class.getClassLoader());
      this.missing = missing;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.equals(missing)) {
        throw new ClassNotFoundException(name);
      }
      if (!name.startsWith(ROOM)) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> before = findLoadedClass(name);
        return before == null ? define(name) : before;
      }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      try (InputStream file = getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (file == null) {
          throw new ClassNotFoundException(name);
        }
        byte[] bytes = file.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }
}
