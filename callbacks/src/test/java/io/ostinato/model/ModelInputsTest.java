package io.ostinato.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Blocks;
import io.ostinato.torchscript.KeptState;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelInputsTest {
  @Test
  void optionalInputsCanBeLeftOutWhereverTheyAre() {
    with(
        "encoder",
        (model, scope) -> {
          assertOutput(model, inputs(scope, "ids"), 2);
          assertOutput(model, inputs(scope, "ids", "types"), 402);
          assertOutput(model, inputs(scope, "mask", "ids"), 4);
          assertOutput(model, inputs(scope, "types", "mask", "ids"), 212);
        });
    with("strict", (model, scope) -> assertOutput(model, inputs(scope, "x"), 1));
    with("strict", (model, scope) -> assertOutput(model, inputs(scope, "bias", "x"), 3));
  }

  @Test
  void inputsByPositionNeedNoNames() {
    with(
        "encoder",
        (model, scope) -> {
          NDArray two = scope.create(2F);
          assertThat(model.forward(new NDList(scope.create(3F), two)).head().getFloat())
              .isEqualTo(12);
          assertThat(model.forward(scope.create(3F)).getFloat()).isEqualTo(6);
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"dict", "traced-dict"})
  void aDictGetsAllInputsByTheirNames(String module) {
    with(
        module,
        (model, scope) -> {
          assertOutput(model, inputs(scope, "b", "a"), 2 - 10);
          assertOutput(model, inputs(scope, "a", "b"), 1 - 20);
          NDList byPosition = new NDList(scope.create(5F), scope.create(7F));
          byPosition.get(0).setName("b");
          byPosition.get(1).setName("a");
          assertThat(model.forward(byPosition).head().getFloat()).isEqualTo(7 - 50);
          byPosition.get(0).setName("a");
          assertThatThrownBy(() -> model.forward(byPosition))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("each input needs a name of its own; given: [a, a]");
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"list", "tuple"})
  void aListOrATupleGetsAllInputsInTheirOrder(String module) {
    with(
        module,
        (model, scope) -> {
          NDList inputs = new NDList(scope.create(1F), scope.create(2F));
          assertThat(model.forward(inputs).head().getFloat()).isEqualTo(1 - 20);
          assertOutput(model, inputs(scope, "1", "0"), 2 - 10);
          assertThatThrownBy(() -> model.outputs(inputs(scope, "1", "2")))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("has 2 parts, counted from 0; given: [1, 2]");
        });
  }

  @Test
  void aDictWithSettingsBesideItGetsAllInputsToo() {
    with(
        "flagged",
        (model, scope) -> {
          assertOutput(model, inputs(scope, "b", "a"), 2 - 10);
          assertOutput(model, inputs(scope, "batch.b", "batch.a"), 2 - 10);
          NDList byPosition = new NDList(scope.create(5F), scope.create(7F));
          byPosition.get(0).setName("b");
          byPosition.get(1).setName("a");
          assertThat(model.forward(byPosition).head().getFloat()).isEqualTo(7 - 50);
        });
  }

  @Test
  void defaultsBeforeAGivenInputAreThoseOfTheModule() {
    with(
        "presets",
        (model, scope) -> {
          assertOutput(model, inputs(scope, "x"), -2.5f);
          assertOutput(model, inputs(scope, "x", "mask"), -2.5f + 200);
        });
  }

  @Test
  void aMethodThatTakesADictMayKeepStateAndChangeItsInputs() {
    try (LoadedModel loaded = ModelSource.torchScript().build(Device.cpu())) {
      loaded.refresh(TorchModules.moduleOf("/inputs/remembering.pt"));
      assertThat(loaded.keeps()).isEqualTo(KeptState.ACCUMULATED);
      try (NDManager scope = loaded.manager().newSubManager()) {
        NDArray a = scope.create(1F);
        a.setName("a");
        assertThat(loaded.model().call("encode", new NDList(a)).first().getFloat()).isEqualTo(2);
        assertThat(a.getFloat()).isEqualTo(1);
      }
    }
  }

  @Test
  void partsOfInputsAreNamedByPaths() {
    with(
        "mixed",
        (model, scope) -> {
          assertOutput(
              model, inputs(scope, "pair.1", "extra.a.b", "x", "pair.0"), 3 + 20 + 400 + 1000);
          assertThatThrownBy(() -> model.outputs(inputs(scope, "x", "extra.a.b", "pair")))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage(
                  "the module takes 'pair' in another form; it takes (x: Tensor, extra: Dict[str,"
                      + " Tensor], pair: Tuple[Tensor, Tensor]); given: x, extra.a.b, pair");
        });
  }

  @Test
  void whatIsMissingOrUnknownIsNamedWithAllThatTheModuleTakes() {
    with(
        "encoder",
        (model, scope) -> {
          String takes =
              "it takes (ids: Tensor, mask: Optional[Tensor] = None, types: Optional[Tensor] ="
                  + " None, scale: float = 2.0, power: int = 1); given: ";
          assertThatThrownBy(() -> model.outputs(inputs(scope, "mask")))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("the module requires the input 'ids'; " + takes)
              .hasMessageEndingWith("mask");
          assertThatThrownBy(() -> model.outputs(inputs(scope, "ids", "attention")))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("the module has no input 'attention'; " + takes);
          assertThatThrownBy(() -> model.outputs(Map.of()))
              .isInstanceOf(IllegalArgumentException.class);
        });
  }

  @Test
  void aBlockHasNoNamesOfInputs() {
    ModelSource source = ModelSource.ofBlock(Blocks::identityBlock, new Shape(1));
    try (LoadedModel loaded = source.build(Device.cpu())) {
      assertThatThrownBy(() -> loaded.model().outputs(inputs(loaded.manager(), "x")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the inputs [x] are given by name");
    }
  }

  private static void with(String module, BiConsumer<EvaluationModel, NDManager> test) {
    try (LoadedModel loaded = ModelSource.torchScript().build(Device.cpu())) {
      loaded.refresh(TorchModules.moduleOf("/inputs/" + module + ".pt"));
      try (NDManager scope = loaded.manager().newSubManager()) {
        test.accept(loaded.model(), scope);
      }
    }
  }

  /** The numbers 1, 2, … under these names, in this order. */
  private static Map<String, NDArray> inputs(NDManager scope, String... names) {
    Map<String, NDArray> inputs = new LinkedHashMap<>();
    for (String name : names) {
      inputs.put(name, scope.create(inputs.size() + 1F));
    }
    return inputs;
  }

  private static void assertOutput(
      EvaluationModel model, Map<String, NDArray> inputs, float expected) {
    assertThat(model.outputs(inputs).first().getFloat()).isEqualTo(expected);
  }
}
