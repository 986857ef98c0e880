package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Nothing is decided by the text of a message: mistakes and failures are values. Only what others
 * throw without a type of its own is recognised by its text, by the classes that are named here.
 */
class MessagesTest {
  private static final List<Path> SOURCES =
      Stream.of("callbacks", "spark-plugin", "jobs", "notebooks")
          .map(module -> Path.of("..", module, "src", "main", "java"))
          .toList();

  /** What recognises the text of others. */
  private static final Map<String, String> RECOGNISERS =
      new TreeMap<>(
          Map.of(
              "CellFailures", "what one failure of a cell has said, for another to leave out",
              "DeviceTrouble", "what native engines say of a device that is full or lost",
              "Reason", "PyTorch, DJL, ONNX Runtime, Kryo and Spark, with KnownReasons",
              "StoppedSpark", "where Spark says that it was stopped",
              "StorageException", "the JDK's and Hadoop's exceptions of files",
              "FileTrouble", "what the operating system and HDFS say of files",
              "DataSource", "why the JDK takes a name for no URI",
              "ErrorLine", "names of classes, which are left out of what is shown"));

  private static final String TEST =
      "(?:contains|startsWith|endsWith|matches|equals|equalsIgnoreCase|indexOf|lastIndexOf"
          + "|replaceAll|replaceFirst|split|substring)\\(";

  /** What gives the text of an exception, or of a mistake. */
  private static final String TEXT =
      "(?:getMessage|getLocalizedMessage|getReason|problem|remedy)\\(\\)"
          + "|[mM]istake(?:\\(\\))?\\.text\\(\\)|(?:ErrorLine\\.\\w+|Reason\\.\\w+|reasonOf)\\(\\w+\\)";

  private static final Pattern ASKED =
      Pattern.compile("(?:" + TEXT + ")(?:, ?\"[^\"]*\")?\\)*\\s*\\.\\s*" + TEST);
  private static final Pattern GIVEN =
      Pattern.compile(
          "(?:matcher\\(|"
              + TEST
              + ")(?:String\\.valueOf\\(|Objects\\.requireNonNullElse\\()?(?:\\w+\\.)?(?:"
              + TEXT
              + ")");
  private static final Pattern VARIABLE =
      Pattern.compile("String (\\w+) =[^;]*?(?:" + TEXT + ")[^;]*;");
  private static final Pattern NAMED =
      Pattern.compile("\\b(?:message|problem|remedy|mistake)\\s*\\.\\s*" + TEST);

  @Test
  void onlyTheTextOfOthersIsRecognised() throws IOException {
    Map<String, List<String>> found = new TreeMap<>();
    for (Path source : SOURCES) {
      try (Stream<Path> files = Files.walk(source)) {
        for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
          List<String> decisions = decisionsIn(Files.readString(file));
          if (!decisions.isEmpty()) {
            found.put(file.getFileName().toString().replace(".java", ""), decisions);
          }
        }
      }
    }
    assertThat(found.keySet()).as(found.toString()).isEqualTo(RECOGNISERS.keySet());
  }

  @Test
  void decisionsAreFound() {
    for (String decision :
        List.of(
            "if (e.getMessage().contains(\"gone\")) {",
            "String.valueOf(e.getMessage())\n    .startsWith(prefix)",
            "Objects.requireNonNullElse(e.getMessage(), \"\").matches(form)",
            "mistake.text().indexOf(key)",
            "FORM.matcher(e.getMessage()).find()",
            "PREFIX.equals(refused.problem())",
            "String line = ErrorLine.of(e);\n if (line.startsWith(\"Relative\")) {",
            "String said = e.getMessage();\n FORM.matcher(said).find()",
            "private static Place placeOf(String message) {\n if (message.startsWith(\"run\")) {")) {
      assertThat(decisionsIn(decision)).as(decision).isNotEmpty();
    }
    for (String shown :
        List.of(
            "throw new DataException(\"can't read it: \" + e.getMessage(), e);",
            "String text = value.text();",
            "log.warn(\"{}\", e.getMessage());")) {
      assertThat(decisionsIn(shown)).as(shown).isEmpty();
    }
  }

  private static List<String> decisionsIn(String source) {
    List<String> decisions = new ArrayList<>();
    for (Pattern pattern : List.of(ASKED, GIVEN, NAMED)) {
      pattern.matcher(source).results().forEach(each -> decisions.add(each.group()));
    }
    VARIABLE
        .matcher(source)
        .results()
        .map(each -> each.group(1))
        .distinct()
        .flatMap(name -> usesOf(name, source))
        .forEach(decisions::add);
    return decisions;
  }

  private static Stream<String> usesOf(String variable, String source) {
    return Pattern.compile(
            "\\b%1$s\\s*\\.\\s*%2$s|(?:matcher\\(|%2$s)%1$s\\b".formatted(variable, TEST))
        .matcher(source)
        .results()
        .map(each -> each.group());
  }
}
