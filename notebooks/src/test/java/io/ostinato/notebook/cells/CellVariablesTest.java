package io.ostinato.notebook.cells;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Code that is sent to executors, defined in cells of one notebook. */
class CellVariablesTest {
  private static final String NONE = "Optional.empty";

  @TempDir static Path folder;
  private static Cells cells;

  @BeforeAll
  static void start() {
    cells = new Cells(folder);
    cells.run(
        """
        import ai.djl.ndarray.NDList;
        import io.ostinato.callback.*;
        import io.ostinato.evaluation.*;
        import io.ostinato.model.*;
        import io.ostinato.schedule.*;
        import java.io.*;
        import java.util.*;
        import java.util.function.*;
        int factor = 3;
        String label = "x";
        interface Sent extends Serializable, Supplier<Object> {}
        String problem(Object sent) { return SerializationCheck.problemOf(sent).toString(); }
        abstract class Base extends PeriodicDataIteratorCallback {
          Base() { super(DataIteratorConfig.every(Schedule.everyNEpochs(1)).dataset("d")); }
          @Override protected void processResults(EvaluationResults results, Invocation at) {
            System.out.println(factor);
          }
        }
        """);
  }

  @AfterAll
  static void stop() {
    cells.close();
  }

  private static String problem(String expression) {
    return cells.run("problem(" + expression + ")").replaceFirst("^\"(.*)\"$", "$1");
  }

  private static String reads(String method, String variable) {
    return "Optional[%s reads the cell variable '%s', which is not sent to executors and would have its default there; pass the value through a constructor and keep it in a field, or make it a local variable]"
        .formatted(method, variable);
  }

  private static void callback(String name, String members, String processData) {
    cells.run(
        """
        class %s extends Base {
          %s
          @Override protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
            %s
            return new NDList();
          }
        }
        """
            .formatted(name, members, processData));
  }

  @Test
  void processDataMustNotReadAVariable() {
    callback("Reads", "", "System.out.println(factor);");
    assertThat(problem("new Reads()")).isEqualTo(reads("Reads.processData", "factor"));
  }

  @Test
  void severalVariablesAreNamed() {
    callback("Reads", "", "System.out.println(factor + label);");
    assertThat(problem("new Reads()"))
        .startsWith(
            "Optional[Reads.processData reads the cell variables 'factor' and 'label', which are");
  }

  @Test
  void methodsThatRunOnTheDriverMayReadVariables() {
    callback(
        "OnDriver",
        "@Override public void beforeTraining(UpdateCounter at) { label = \"\" + factor; }",
        "");
    assertThat(problem("new OnDriver()")).isEqualTo(NONE);
  }

  @Test
  void fieldsAndLocalVariablesAreFine() {
    callback(
        "Passes",
        "int own = factor; static final int FIXED = 2; static int also = 4;",
        "int local = own; Sent sent = () -> local + FIXED + also; sent.get();");
    assertThat(problem("new Passes()")).isEqualTo(NONE);
  }

  @Test
  void methodsOfCellsAreFollowed() {
    cells.run("int scaled(int value) { return twice(value); }");
    cells.run("int twice(int value) { return factor * value; }");
    callback("Calls", "", "scaled(1);");
    assertThat(problem("new Calls()")).isEqualTo(reads("twice", "factor"));
  }

  @Test
  void lambdasAndClassesWithinAreFollowed() {
    callback("Lambda", "", "Sent sent = () -> factor; sent.get();");
    assertThat(problem("new Lambda()"))
        .isEqualTo(reads("a lambda in Lambda.processData", "factor"));
    callback(
        "Anonymous", "", "new Object() { @Override public String toString() { return label; } };");
    assertThat(problem("new Anonymous()")).isEqualTo(reads("Anonymous$1.toString", "label"));
    callback("Reference", "static Object give() { return label; }", "Sent sent = Reference::give;");
    assertThat(problem("new Reference()")).isEqualTo(reads("Reference.give", "label"));
  }

  @Test
  void objectsInFieldsAreFollowed() {
    cells.run("class Held implements Sent { public Object get() { return factor; } }");
    callback("Holds", "Supplier<Object> held = new Held();", "held.get();");
    assertThat(problem("new Holds()")).isEqualTo(reads("Held.get", "factor"));
    callback("HoldsLambda", "Sent held = () -> label;", "held.get();");
    assertThat(problem("new HoldsLambda()"))
        .isEqualTo(reads("a lambda in the constructor of HoldsLambda", "label"));
  }

  @Test
  void staticInitializersRunOnExecutors() {
    cells.run("class Static { static int copied = factor; }");
    callback("Uses", "", "System.out.println(Static.copied);");
    assertThat(problem("new Uses()"))
        .isEqualTo(reads("the static initializer of Static", "factor"));
  }

  @Test
  void methodsOfParentsAndChildrenAreFound() {
    cells.run(
        """
        abstract class Parent extends Base {
          abstract Object hook();
          @Override protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
            hook();
            return new NDList();
          }
        }
        """);
    cells.run("class Child extends Parent { Object hook() { return label; } }");
    assertThat(problem("new Child()")).isEqualTo(reads("Child.hook", "label"));
  }

  @Test
  void lambdasAreChecked() {
    assertThat(problem("(Sent) () -> factor")).isEqualTo(reads("a lambda", "factor"));
    assertThat(problem("(Sent) () -> 3")).isEqualTo(NONE);
    cells.run("Sent times(int factor) { return () -> factor; }");
    assertThat(problem("times(factor)")).isEqualTo(NONE);
  }

  @Test
  void methodsThatNobodyCallsMayReadVariables() {
    cells.run(
        """
        class Quiet implements Sent {
          public Object get() { return 1; }
          String describe() { return label; }
        }
        """);
    assertThat(problem("new Quiet()")).isEqualTo(NONE);
  }

  @Test
  void classesOfALaterJavaAreSentUnchecked() throws IOException {
    cells.run("class Late implements Sent { public Object get() { return label; } }");
    assertThat(problem("new Late()")).isEqualTo(reads("Late.get", "label"));
    try (Stream<Path> files = Files.list(folder.resolve("REPL"))) {
      for (Path file : files.filter(each -> each.toString().endsWith("$Late.class")).toList()) {
        byte[] classFile = Files.readAllBytes(file);
        classFile[7] = 127; // the version
        Files.write(file, classFile);
      }
    }
    assertThat(problem("new Late()")).isEqualTo(NONE);
  }

  @Test
  void aRedefinedClassIsCheckedAnew() {
    callback("Again", "", "System.out.println(factor);");
    callback("Again", "", "System.out.println(1);");
    assertThat(problem("new Again()")).isEqualTo(NONE);
  }

  @Test
  void whatIsSentWithoutAPriorCheckIsChecked() {
    cells.run(
        """
        String sent(Serializable object) {
          try {
            return SerializedBytes.of(object).length > 0 ? "sent" : "";
          } catch (java.io.UncheckedIOException e) {
            return e.getMessage();
          }
        }
        """);
    assertThat(cells.run("sent((Sent) () -> 1)")).isEqualTo("\"sent\"");
    assertThat(cells.run("sent((Sent) () -> label)"))
        .startsWith("\"a lambda reads the cell variable 'label'");
  }

  private static String unassigned(String method, String field) {
    return "Optional[%s reads the static field '%s', which executors don't assign and would have its default there; pass the value through a constructor and keep it in a field, or make it a local variable]"
        .formatted(method, field);
  }

  @Test
  void theOtherHooksOfACallbackOnExecutorsAreChecked() {
    callback("Ends", "@Override protected void processingEnds() { label.length(); }", "");
    assertThat(problem("new Ends()")).isEqualTo(reads("Ends.processingEnds", "label"));
    cells.run("import ai.djl.ndarray.*; import io.ostinato.translation.*;");
    cells.run(
        """
        class Translates extends TranslatedCallback<String, String> {
          Translates(TranslatorSource<String, String> translator) {
            super(
                DataIteratorConfig.every(Schedule.everyNEpochs(1)).dataset("d"), "c", translator);
          }
          @Override protected NDList processOutputs(
              List<String> outputs, EvaluationBatch batch, NDManager manager) {
            System.out.println(factor);
            return new NDList();
          }
          @Override protected void processResults(EvaluationResults results, Invocation at) {}
        }
        """);
    cells.run(
        """
        class Stub implements ai.djl.translate.Translator<String, String>, Serializable {
          public NDList processInput(ai.djl.translate.TranslatorContext context, String input) {
            return new NDList();
          }
          public String processOutput(ai.djl.translate.TranslatorContext context, NDList list) {
            return "";
          }
        }
        """);
    assertThat(
            problem("new Translates(TranslatorSource.of(String.class, String.class, new Stub()))"))
        .isEqualTo(reads("Translates.processOutputs", "factor"));
  }

  @Test
  void variablesAreNotAssignedByExecutors() {
    cells.run("int last = 0;");
    callback("Assigns", "", "last = 3;");
    assertThat(problem("new Assigns()"))
        .isEqualTo(
            "Optional[Assigns.processData assigns the cell variable 'last', which executors can't"
                + " change in the notebook; return values from processData as results instead]");
  }

  @Test
  void staticFieldsThatOnlyCellsAssignAreNotSent() {
    cells.run("class Settings { static int limit; static Object cache; static int kept = 4; }");
    callback("Limited", "", "System.out.println(Settings.limit);");
    assertThat(problem("new Limited()")).as("the same as here").isEqualTo(NONE);
    cells.run("Settings.limit = 5;");
    assertThat(problem("new Limited()"))
        .isEqualTo(unassigned("Limited.processData", "Settings.limit"));
    callback(
        "Caches", "", "if (Settings.cache == null) { Settings.cache = \"\" + Settings.kept; }");
    assertThat(problem("new Caches()")).isEqualTo(NONE);
    callback("Own", "static int limit;", "System.out.println(limit);");
    cells.run("Own.limit = 6;");
    assertThat(problem("new Own()")).isEqualTo(unassigned("Own.processData", "Own.limit"));
  }

  @Test
  void constructorsThatDeserializationCallsRunOnExecutors() {
    cells.run(
        """
        record Config(int limit) implements Serializable {
          public Config { limit = Math.min(limit, factor); }
        }
        """);
    callback("HasConfig", "Config config = new Config(2);", "config.limit();");
    assertThat(problem("new HasConfig()")).isEqualTo(reads("the constructor of Config", "factor"));
    cells.run("class Plain { int limit = factor; }");
    cells.run("class Sub extends Plain implements Sent { public Object get() { return limit; } }");
    assertThat(problem("new Sub()")).isEqualTo(reads("the constructor of Plain", "factor"));
    cells.run(
        """
        class Written implements Externalizable {
          int limit;
          public Written() { limit = factor; }
          public void writeExternal(ObjectOutput out) {}
          public void readExternal(ObjectInput in) {}
        }
        """);
    assertThat(problem("new Written()")).isEqualTo(reads("the constructor of Written", "factor"));
    cells.run("class Fine implements Serializable { int limit = factor; }");
    assertThat(problem("new Fine()")).isEqualTo(NONE);
  }

  @Test
  void enumsAndInterfacesAreFollowed() {
    cells.run("enum Mode { FAST(factor), SLOW(1); final int n; Mode(int n) { this.n = n; } }");
    callback("HasMode", "Mode mode = Mode.SLOW;", "System.out.println(mode.n);");
    assertThat(problem("new HasMode()"))
        .isEqualTo(reads("the static initializer of Mode", "factor"));
    cells.run("interface Named { default String named() { return label; } }");
    callback("Inner", "class Part implements Named, Serializable {}", "new Part().named();");
    assertThat(problem("new Inner()")).isEqualTo(reads("Inner$Part.named", "label"));
    cells.run("interface Util { static int twice() { return factor * 2; } }");
    callback("Calls2", "", "Util.twice();");
    assertThat(problem("new Calls2()")).isEqualTo(reads("Util.twice", "factor"));
  }
}
