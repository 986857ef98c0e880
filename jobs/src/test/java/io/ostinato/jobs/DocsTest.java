package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pieces of code in the documentation compile: of trainings, of callbacks, and classes. */
class DocsTest {
  private static final Path DOCS = Path.of("..", "docs");
  private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final String IMPORTS =
      """
      import static io.ostinato.callback.DataIteratorConfig.every;
      import ai.djl.modality.Classifications;
      import ai.djl.modality.cv.Image;
      import ai.djl.modality.cv.transform.*;
      import ai.djl.modality.cv.translator.ImageClassificationTranslatorFactory;
      import ai.djl.ndarray.*;
      import ai.djl.ndarray.types.DataType;
      import ai.djl.nn.Parameter;
      import ai.djl.repository.zoo.Criteria;
      import io.ostinato.averaging.*;
      import io.ostinato.callback.*;
      import io.ostinato.checkpoint.*;
      import io.ostinato.evaluation.*;
      import io.ostinato.jobs.*;
      import io.ostinato.loss.*;
      import io.ostinato.metric.*;
      import io.ostinato.model.*;
      import io.ostinato.monitor.*;
      import io.ostinato.progress.ProgressDisplay;
      import io.ostinato.quality.*;
      import io.ostinato.report.*;
      import io.ostinato.schedule.*;
      import io.ostinato.spark.data.*;
      import io.ostinato.spark.engine.SparkEvaluationEngine;
      import io.ostinato.spark.image.*;
      import io.ostinato.spark.ml.*;
      import io.ostinato.spark.storage.*;
      import io.ostinato.spark.text.*;
      import io.ostinato.stopping.*;
      import io.ostinato.storage.*;
      import io.ostinato.tracking.*;
      import io.ostinato.training.*;
      import io.ostinato.translation.*;
      import java.io.IOException;
      import java.nio.file.Path;
      import java.time.Instant;
      import java.util.*;
      import org.apache.spark.ml.*;
      import org.apache.spark.sql.*;
      """;
  private static final String CHAIN =
      """
      abstract class %s {
        abstract PeriodicDataIteratorCallback accuracy(DataIteratorConfig config);

        Object example(SparkSession spark) {
          return TrainingLoop.builder()%s;
        }
      }
      """;
  private static final String STATEMENTS =
      """
      abstract class %s extends PeriodicCallback {
        NDArray image;
        Parameter parameter;
        SparkSession spark;
        SparkEvaluationEngine engine;
        EvaluationTag tag;
        PipelineModel pipeline;
        Dataset<Row> rows;

        %1$s() {
          super(Schedule.everyNEpochs(1));
        }

        void example() throws Exception {
          %s
        }
      }
      """;
  private static final String CLASS = "final class %s {\n%s\n}\n";

  @TempDir Path folder;

  @Test
  void thePiecesOfCodeCompile() throws IOException {
    List<Path> sources = new ArrayList<>();
    try (Stream<Path> pages = Files.walk(DOCS)) {
      for (Path page : pages.filter(file -> file.toString().endsWith(".md")).sorted().toList()) {
        for (Matcher code = JAVA.matcher(Files.readString(page)); code.find(); ) {
          String name = "Example" + sources.size();
          sources.add(
              Files.writeString(
                  folder.resolve(name + ".java"),
                  "// %s\n".formatted(page) + source(name, code.group(1))));
        }
      }
    }
    assertThat(sources).hasSizeGreaterThan(15);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    boolean success =
        compiler
            .getTask(
                messages,
                null,
                null,
                List.of("-d", folder.toString(), "-cp", System.getProperty("java.class.path")),
                null,
                compiler
                    .getStandardFileManager(null, null, null)
                    .getJavaFileObjectsFromPaths(sources))
            .call();
    assertThat(success).as(messages.toString()).isTrue();
  }

  private static String source(String name, String code) {
    if (code.startsWith(".") || code.startsWith("TrainingLoop.builder()")) {
      String chain =
          code.replace("TrainingLoop.builder()...", ".")
              .replace(".build().run();", "")
              .replace("new AccuracyCallback(", "accuracy(");
      return IMPORTS + CHAIN.formatted(name, chain);
    }
    return IMPORTS
        + (code.startsWith("public final class")
            ? CLASS.formatted(name, code.replace("public final class", "static final class"))
            : STATEMENTS.formatted(name, code));
  }
}
