package io.ostinato.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.model.ModelOutputs.Output;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

class ModelOutputsTest {
  @Test
  void aDictKeepsItsNamesAndItsOwnOrder() {
    with(
        "dict",
        (model, scope) -> {
          ModelOutputs outputs = model.outputs(probe(scope));
          assertThat(outputs.names()).containsExactly("out", "aux", "z", "a");
          assertThat(outputs.byName().keySet()).containsExactly("out", "aux", "z", "a");
          assertIs(outputs.get("out"), TorchModules.expected("dict"));
          assertThat(outputs.get(2)).isEqualTo(outputs.get("z"));
          assertThat(outputs.toList().get(3).getName()).isEqualTo("a");
          assertIs(outputs.get("z"), probeRows());
        });
  }

  @Test
  void ofADictWithSeveralOutputsOneMustBeNamed() {
    with(
        "dict",
        (model, scope) -> {
          ModelOutputs outputs = model.outputs(probe(scope));
          assertThatThrownBy(outputs::first)
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage(
                  "the model has the outputs out, aux, z, a, so the output to use is ambiguous;"
                      + " select one, as in '--model-output out' or 'output: out'");
          assertThatThrownBy(() -> OutputChoice.of("main").from(outputs))
              .hasMessage("the model has no output 'main'; it has the outputs out, aux, z, a");
          assertThat(OutputChoice.of(" aux ").from(outputs)).isEqualTo(outputs.get(1));
          assertThat(OutputChoice.at(1).from(outputs)).isEqualTo(outputs.get("aux"));
        });
  }

  @Test
  void ofANamedTupleTheFirstIsUsedAndToldOf() {
    try (LoadedModel loaded = loaded("/outputs/heads")) {
      ModelOutputs outputs = loaded.model().outputs(probe(loaded.manager()));
      assertThat(outputs.names()).containsExactly("aux", "logits");
      assertIs(outputs.get("logits"), TorchModules.expectedOutputs("heads", "main"));
      assertThat(loaded.notes()).isEmpty();
      assertThat(outputs.first()).isEqualTo(outputs.get("aux"));
      assertThat(loaded.notes())
          .containsExactly(
              "the model has the outputs aux, logits; none is selected, so the first one, 'aux',"
                  + " is used");
    }
  }

  @Test
  void aLossBeforeTheLogitsIsNotTakenForThem() {
    with(
        "named-tuple",
        (model, scope) -> {
          ModelOutputs outputs = model.outputs(probe(scope));
          assertThat(outputs.names()).containsExactly("loss", "logits");
          assertThat(outputs.get("logits").getShape()).isEqualTo(new Shape(8, 3));
          assertThatThrownBy(outputs::first)
              .hasMessage(
                  "the model has the outputs loss, logits, so the output to use is ambiguous;"
                      + " select one, as in '--model-output logits' or 'output: logits'");
        });
    with(
        "/outputs/loss-logits",
        (model, scope) -> {
          ModelOutputs outputs = model.outputs(probe(scope));
          assertThatThrownBy(outputs::first)
              .hasMessage(
                  "the model has the outputs 0, 1, so the output to use is ambiguous; select one,"
                      + " as in '--model-output 1' or 'output: 1'");
          assertIs(outputs.get(1), TorchModules.expectedOutputs("loss-logits", "main"));
        });
  }

  @Test
  void aPositionIsNeverTakenForAName() {
    with(
        "/outputs/numbers",
        (model, scope) -> {
          ModelOutputs outputs = model.outputs(probe(scope));
          float[] main = TorchModules.expectedOutputs("numbers", "main");
          float[] side = TorchModules.expectedOutputs("numbers", "side");
          assertThat(outputs.names()).containsExactly("1", "0");
          assertIs(outputs.get(0), main);
          assertIs(outputs.get(1), side);
          assertIs(OutputChoice.at(0).from(outputs), main);
          assertIs(OutputChoice.at(1).listFrom(outputs).singletonOrThrow(), side);
          assertIs(outputs.withName("0"), side);
          assertIs(OutputChoice.named("1").from(outputs), main);
          assertIs(outputs.get("position:0"), main);
          assertIs(outputs.get("name:0"), side);
          assertThatThrownBy(() -> OutputChoice.of("0").from(outputs))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage(
                  "'0' is the name of the output at position 1, and the position of the output"
                      + " '1'; select one with name:0 or position:0");
          assertThatThrownBy(() -> outputs.get(2))
              .hasMessage("the model has no output at position 2; it has the outputs 1, 0");
          assertThatThrownBy(() -> outputs.withName("2"))
              .hasMessage("the model has no output named '2'; it has the outputs 1, 0");
        });
  }

  @Test
  void aNumberThatNamesSeveralOutputsIsNoPositionEither() {
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      NDArray array = manager.create(1f);
      List<Output> outputs =
          List.of(
              new Output("0.0", "1.a", array, "Tensor"),
              new Output("0.1", "1.b", array, "Tensor"),
              new Output("1", "0", array.add(1), "Tensor"));
      ModelOutputs numbers = new ModelOutputs(ModelOutputs.Order.BY_NAME, outputs, note -> {});
      assertThatThrownBy(() -> numbers.get("1"))
          .hasMessage(
              "'1' is the name of the output at position 0.0 and 0.1, and the position of the"
                  + " output '0'; select one with name:1 or position:1");
      assertThat(numbers.get("position:1")).isEqualTo(array.add(1));
      assertThat(numbers.get("1.b")).isEqualTo(array);
      assertThatThrownBy(() -> numbers.get("name:1"))
          .hasMessage("the model has no output 'name:1'; it has the outputs 1.a, 1.b, 0");
      ModelOutputs one =
          new ModelOutputs(ModelOutputs.Order.BY_NAME, outputs.subList(1, 3), n -> {});
      assertThat(one.get("name:1")).isEqualTo(array);
      assertThatThrownBy(() -> one.get("1"))
          .hasMessageContaining("select one with name:1 or position");
    }
  }

  @Test
  void namesThatAreNumbersAreFineWhereNoPositionIsMeant() {
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      NDArray first = manager.create(1f);
      NDArray second = manager.create(2f);
      first.setName("495");
      second.setName("1");
      ModelOutputs outputs = ModelOutputs.of(new NDList(first, second));
      assertThat(outputs.get("495")).isEqualTo(first);
      assertThat(outputs.get("0")).isEqualTo(first);
      assertThat(outputs.get("1")).isEqualTo(second);
      second.setName("name:0");
      ModelOutputs prefixed = ModelOutputs.of(new NDList(first, second));
      assertThat(prefixed.get("name:0")).isEqualTo(second);
    }
  }

  @Test
  void outputsOfOneNameAreRefusedUnlessThePositionSaysWhich() {
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      NDArray first = manager.create(1f);
      NDArray second = manager.create(2f);
      first.setName("a");
      second.setName("a");
      ModelOutputs outputs = ModelOutputs.of(new NDList(first, second));
      assertThatThrownBy(() -> outputs.get("a"))
          .hasMessage("2 outputs are named 'a', at positions 0 and 1; select one with position:0");
      assertThatThrownBy(() -> outputs.withName("a")).hasMessageContaining("2 outputs are named");
      assertThatThrownBy(outputs::byName)
          .hasMessage(
              "two outputs are named 'a', at positions 0 and 1; select them by position, or give"
                  + " them different names in the model");
      assertThat(outputs.get(1)).isEqualTo(second);
      assertThat(outputs.get("position:1")).isEqualTo(second);
    }
  }

  @Test
  void noneAmongTheOutputsIsLeftOut() {
    with(
        "none",
        (model, scope) -> {
          ModelOutputs outputs = model.outputs(probe(scope));
          assertThat(outputs.first().getShape()).isEqualTo(new Shape(8, 3));
          assertThat(model.forward(probe(scope))).hasSize(1);
          assertThatThrownBy(() -> outputs.get(1))
              .hasMessage(
                  "the output '1' is of type NoneType, but only numeric tensors can be evaluated;"
                      + " the model has the outputs 0, 1 (NoneType)");
        });
  }

  @Test
  void whatIsNestedHasAPath() {
    with(
        "nested",
        (model, scope) -> {
          ModelOutputs outputs = model.outputs(probe(scope));
          assertThat(outputs.names()).containsExactly("1.0", "1.1.hidden", "2");
          assertThat(outputs.get("1.0").getShape()).isEqualTo(new Shape(8, 3));
          assertThat(outputs.get("1.1")).isEqualTo(outputs.get("1.1.hidden"));
          assertThat(outputs.get(2).getDouble()).isEqualTo(0.5);
          assertThat(outputs.get("1.1.hidden")).isEqualTo(outputs.get("1.1.0"));
          assertThatThrownBy(outputs::first)
              .hasMessageContaining(
                  "the model has the outputs 0 (NoneType), 1.0, 1.1.hidden, 2, so the output to"
                      + " use is ambiguous");
          assertThatThrownBy(outputs::toList)
              .hasMessageContaining("not all are tensors, so select one by name or position");
        });
  }

  @Test
  void otherMethodsOfAModuleCanBeCalled() {
    with(
        "nested",
        (model, scope) -> {
          NDList x = probe(scope);
          NDArray embeddings = model.call("get_embeddings", x.head());
          NDArray hidden = model.outputs(x).get("1.0");
          assertThat(embeddings).isEqualTo(hidden.tanh());
          assertThatThrownBy(() -> model.call("embed", x.head()))
              .hasMessageContaining("the module has no method 'embed'; it has: ")
              .hasMessageContaining("get_embeddings");
          assertThatThrownBy(() -> model.forward(x, "main"))
              .hasMessageContaining("only DJL blocks have named layers");
        });
  }

  @Test
  void namesOfInputsMeanNothing() {
    with(
        "none",
        (model, scope) -> {
          NDArray expected = model.outputs(probe(scope)).first();
          for (String name : new String[] {"x[]", "x()", "a.b", "module_method:forward", "x(2)"}) {
            NDList named = probe(scope);
            named.head().setName(name);
            assertThat(model.outputs(named).first()).as(name).isEqualTo(expected);
          }
        });
  }

  @Test
  void aLabelBeforeTheScoresIsNotTakenForThem() {
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      NDArray label = manager.create(new long[] {1, 2});
      NDArray scores = manager.create(new float[] {0.5f, 0.5f});
      label.setName("label");
      scores.setName("probabilities");
      ModelOutputs outputs = ModelOutputs.of(new NDList(label, scores));
      assertThatThrownBy(outputs::first)
          .hasMessageContaining(
              "the model has the outputs label, probabilities, so the output to use is ambiguous;"
                  + " select one, as in '--model-output probabilities' or 'output: probabilities'");
      assertThat(outputs.get("probabilities")).isEqualTo(scores);
      assertThat(ModelOutputs.of(new NDList(scores, label)).first()).isEqualTo(scores);
      assertThat(ModelOutputs.of(new NDList(label)).first().getDataType())
          .isEqualTo(DataType.INT64);
    }
  }

  @Test
  void aChoiceNeedsANameOrAPosition() {
    assertThatThrownBy(() -> OutputChoice.of(" "))
        .hasMessage("an output requires a name, or a position counted from 0; given: ' '");
    assertThatThrownBy(() -> OutputChoice.at(-1))
        .hasMessage("output -1 must be a position, counted from 0, or a name");
  }

  private static void with(String module, BiConsumer<EvaluationModel, NDManager> check) {
    try (LoadedModel loaded = loaded(module);
        NDManager scope = loaded.manager().newSubManager()) {
      check.accept(loaded.model(), scope);
    }
  }

  private static NDList probe(NDManager scope) {
    return new NDList(TorchModules.probe(scope, 0, 8));
  }

  private static LoadedModel loaded(String module) {
    LoadedModel loaded = ModelSource.torchScript().build(Device.cpu());
    loaded.refresh(
        module.startsWith("/")
            ? TorchModules.moduleOf(module + ".pt")
            : TorchModules.module(module));
    return loaded;
  }

  private static float[] probeRows() {
    return Arrays.copyOf(TorchModules.probe(), 8 * 4);
  }

  private static void assertIs(NDArray array, float[] expected) {
    float[] numbers = array.toFloatArray();
    assertThat(numbers).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(numbers[i]).isCloseTo(expected[i], within(2e-6f));
    }
  }

  @Test
  void theOnlyTensorIsMeantWhateverNumbersAreBesideIt() {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray logits = manager.zeros(new Shape(2, 3));
      List<Output> outputs =
          List.of(
              new Output("0", "n", manager.create(3), "int"),
              new Output("1", "name", null, "str"),
              new Output("2", "logits", logits, ModelOutputs.TENSOR));
      for (ModelOutputs.Order order : ModelOutputs.Order.values()) {
        assertThat(new ModelOutputs(order, outputs, note -> {}).first()).isSameAs(logits);
      }
    }
  }

  @Test
  void ofManyOutputsSomeAreListed() {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDList many = new NDList();
      for (int i = 0; i < 1_000; i++) {
        many.add(manager.zeros(new Shape(2)));
      }
      assertThatThrownBy(() -> ModelOutputs.of(many).get("scores"))
          .hasMessage(
              "the model has no output 'scores'; it has the outputs 0, 1, 2, 3, 4, 5, 6, 7, 8, 9"
                  + " and 990 more");
    }
  }
}
