package io.ostinato.torchscript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModuleFactsTest {
  @ParameterizedTest
  @CsvSource({
    "usual, NONE",
    "traced, NONE",
    "dict, NONE",
    "named-tuple, NONE",
    "nested, NONE",
    "batchnorm-a, NONE",
    "features, OVERWRITTEN",
    "counter, ACCUMULATED",
    "cache, ACCUMULATED",
    "average, ACCUMULATED",
    "statistics, UNKNOWN",
    "fixed-statistics, UNKNOWN"
  })
  void theCodeSaysWhatAForwardKeeps(String module, KeptState expected) {
    assertThat(of(module).state()).isEqualTo(expected);
  }

  @Test
  void whatIsKeptIsNamed() {
    assertThat(of("features").kept()).containsExactly("features of Features");
    assertThat(of("counter").kept()).containsExactly("count of Counter");
    assertThat(of("cache").kept()).containsExactlyInAnyOrder("seen", "last");
    assertThat(of("average").kept()).containsExactly("mean");
    assertThat(of("statistics").kept())
        .containsExactly("batch_norm that may update its running statistics");
  }

  @Test
  void whatIsForTrainingIsFoundWhereItIsPartOfTheGraph() {
    assertThat(of("traced-in-training").training()).containsExactly("dropout (p=0.3)");
    assertThat(of("usual").training()).isEmpty();
  }

  @Test
  void namedTuplesHaveTheirFields() {
    assertThat(of("named-tuple").namedTuples()).containsValue(List.of("loss", "logits")).hasSize(1);
  }

  @Test
  void factsTravelAsText() {
    for (String module : List.of("named-tuple", "cache", "statistics", "traced-in-training")) {
      assertThat(ModuleFacts.fromJson(of(module).toJson())).isEqualTo(of(module));
    }
  }

  @Test
  void whatIsAssignedInOneBranchOnlyAndReadLaterIsSeenByTheNextForward() {
    assertThat(
            ofCode(
                """
                def forward(self: __torch__.Net, x: Tensor) -> Tensor:
                    first = self.first
                    if first:
                      self.mask = torch.gt(x, 0)
                    else:
                      pass
                    mask = self.mask
                    return torch.mul(x, mask)
                """))
        .isEqualTo(KeptState.ACCUMULATED);
  }

  @Test
  void whatIsAssignedOnEveryWayIsNotSeenByTheNextForward() {
    assertThat(
            ofCode(
                """
                def forward(self: __torch__.Net, x: Tensor) -> Tensor:
                    if torch.gt(torch.dim(x), 2):
                      self.mask = torch.gt(x, 0)
                    else:
                      self.mask = torch.lt(x, 0)
                    mask = self.mask
                    _0 = torch.mul_(mask, 2)
                    return torch.mul(x, mask)
                """))
        .isEqualTo(KeptState.OVERWRITTEN);
  }

  @Test
  void whatIsOnlyDoneInTrainingIsLeftOut() {
    assertThat(
            ofCode(
                """
                def forward(self: __torch__.Net, x: Tensor) -> Tensor:
                    training = self.training
                    if training:
                      self.mask = x
                      weight = self.weight
                      _0 = torch.add_(weight, 1)
                    else:
                      pass
                    return x
                """))
        .isEqualTo(KeptState.NONE);
  }

  @Test
  void anOwnListMayHoldWhatIsTheModulesButItsElementsAreNotTheForwards() {
    assertThat(
            ofCode(
                """
                def forward(self: __torch__.Net, x: Tensor) -> Tensor:
                    all = annotate(List[Tensor], [])
                    weight = self.weight
                    _0 = torch.append(all, weight)
                    return torch.cat(all)
                """))
        .as("only the list changes")
        .isEqualTo(KeptState.NONE);
    assertThat(
            ofCode(
                """
                def forward(self: __torch__.Net, x: Tensor) -> Tensor:
                    all = annotate(List[Tensor], [])
                    weight = self.weight
                    _0 = torch.append(all, weight)
                    _1 = torch.add_(all[0], 1)
                    return x
                """))
        .as("an element changes")
        .isEqualTo(KeptState.ACCUMULATED);
  }

  @Test
  void anExceptionEndsItsBranch() {
    assertThat(
            ofCode(
                """
                def forward(self: __torch__.Net, x: Tensor) -> Tensor:
                    if torch.eq(torch.dim(x), 1):
                      ops.prim.RaiseException("too few: {}, (", "builtins.ValueError")
                    else:
                      self.mask = x
                    mask = self.mask
                    return mask
                """))
        .isEqualTo(KeptState.OVERWRITTEN);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        "torch.feature_dropout_(torch.relu(x), 0.5, True) | dropout (p=0.5)",
        "torch.dropout(x, 0.5, self.training) | none",
        "torch.dropout(x, 0., True) | none",
        "torch.lstm(x, [x, x], [x, x], True, 1, 0.5, True, False, True) | dropout of lstm (p=0.5)",
        "torch.lstm(x, x, [x, x], [x], True, 1, 0.5, True, False) | dropout of lstm (p=0.5)",
        "torch.lstm(x, [x, x], [x, x], True, 1, 0., True, False, True) | none",
        "torch.gru(x, x, [x], True, 2, 0.5, False, False, True) | none",
        "torch.scaled_dot_product_attention(x, x, x, None, 0.1) | dropout of attention (p=0.1)",
        "torch.scaled_dot_product_attention(x, x, x, None, 0., True) | none",
        "torch.batch_norm(x, x, x, None, None, True, 0.1, 1e-05, True) | none"
      })
  void onlyWhatIsConstantlyOnIsTrainingMode(String call, @Nullable String expected) {
    ModuleFacts facts =
        factsOf(
            "def forward(self: __torch__.Net, x: Tensor) -> Tensor:\n  return %s\n"
                .formatted(call));
    assertThat(facts.training()).isEqualTo(expected == null ? List.of() : List.of(expected));
  }

  @Test
  void dropoutThatTheCodeItselfTurnsOnIsNotMendedByEvalAlone() {
    String call = "def forward(self: __torch__.Net, x: Tensor) -> Tensor:\n  return %s\n";
    assertThat(factsOf(call.formatted("torch.dropout(x, 0.5, True)")).trainingMode())
        .hasValue(
            "computes as in training mode, regardless of its mode (dropout (p=0.5)); pass"
                + " training=self.training to the calls of dropout (p=0.5), call model.eval()"
                + " before torch.jit.trace or torch.jit.script, and save it again");
    assertThat(of("traced-in-training").trainingMode())
        .as("in a layer of PyTorch's")
        .hasValue(
            "computes as in training mode, regardless of its mode (dropout (p=0.3)); call"
                + " model.eval() before torch.jit.trace or torch.jit.script, and save it again");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ops.mine.blend(x, x) | NONE",
        "ops.mine.blend(x, self.weight) | UNKNOWN",
        "ops.mine.blend(x, [self.weight]) | UNKNOWN",
        "ops.mine.blend_(self.weight, x) | ACCUMULATED",
        "torch.brand_new(self.weight) | UNKNOWN",
        "torch.add_(ops.mine.same(x), 1) | NONE",
        "torch.set_(x, self.weight) | UNKNOWN",
        "ops.prim.data(self.weight) | NONE",
        "torch.add_(ops.prim.data(self.weight), 1) | ACCUMULATED",
        "torch._no_grad_embedding_renorm_(self.weight, x, 1., 2.) | ACCUMULATED",
        "torch.batch_norm_gather_stats(x, x, x, self.weight, self.weight, 0.1, 0.1, 1) | ACCUMULATED",
        "torch.add(x, self.weight, out=self.weight) | ACCUMULATED",
        "torch.aminmax(x, min=x, max=self.weight) | ACCUMULATED",
        "torch.relu_(torch.add(x, self.weight)) | NONE",
        "torch.relu_(torch.conv2d(x, self.weight)) | NONE",
        "torch.relu_(torch.pixel_shuffle(self.weight, 1)) | ACCUMULATED",
        "torch.relu_(torch.dequantize(self.weight)) | ACCUMULATED",
        "torch.relu_(torch.cpu(self.weight)) | ACCUMULATED",
        "torch.relu_(torch.tensor_split(self.weight, 2)[0]) | ACCUMULATED",
        "torch.relu_(torch.broadcast_tensors([x, self.weight])[1]) | ACCUMULATED",
        "torch.relu_(torch.wait(torch.unsqueeze(self.weight, 0))) | ACCUMULATED",
        "torch._foreach_add_([x, self.weight], 1) | ACCUMULATED",
        "torch._foreach_add_([x], [self.weight]) | NONE",
        "torch.sort(self.weight) | NONE",
        "torch.requires_grad_(self.weight, False) | OVERWRITTEN"
      })
  void operatorsAreKnownByTheirSchemas(String call, KeptState expected) {
    assertThat(
            ofCode(
                "def forward(self: __torch__.Net, x: Tensor) -> Tensor:\n  _0 = %s\n  return x\n"
                    .formatted(call)))
        .isEqualTo(expected);
  }

  @Test
  void whatIsAssignedIsNeverForgottenForADoubt() {
    assertThat(
            ofCode(
                """
                def forward(self: __torch__.Net, x: Tensor) -> Tensor:
                    self.mask = x
                    return ops.mine.blend(x, self.weight)
                """))
        .as("an operator that isn't known")
        .isEqualTo(KeptState.ACCUMULATED);
    assertThat(
            ofCode(
                """
                def forward(self: __torch__.Net, x: Tensor) -> Tensor:
                    self.mask = x
                    y = x ~ 1
                    return y
                """))
        .as("a line that can't be read")
        .isEqualTo(KeptState.ACCUMULATED);
    assertThat(
            ofCode(
                """
                def forward(self: __torch__.Net, x: Tensor) -> Tensor:
                    self.mask = x ~ 1
                    return x
                """))
        .as("an assignment that can't be read")
        .isEqualTo(KeptState.ACCUMULATED);
  }

  @Test
  void whatFollowsALineThatCannotBeReadIsStillFollowed() {
    ModuleFacts facts =
        factsOf(
            """
            def forward(self: __torch__.Net, x: Tensor) -> Tensor:
                unless x ~ 1:
                  weight = self.weight
                  _0 = torch.add_(weight, 1)
                return x
            """);
    assertThat(facts.state()).isEqualTo(KeptState.ACCUMULATED);
    assertThat(facts.kept()).containsExactly("weight");
  }

  @Test
  void namedTuplesAreReadWhateverElseCannotBe() {
    ModuleFacts facts =
        factsOf(
            """
            def forward(self: __torch__.Net, x: Tensor) -> Tensor:
              return x ~ 1
            """,
            """
            class Answer(NamedTuple):
              loss : Tensor
              logits : Tensor
            """);
    assertThat(facts.state()).isEqualTo(KeptState.UNKNOWN);
    assertThat(facts.namedTuples())
        .containsExactly(Map.entry("__torch__.Answer", List.of("loss", "logits")));
  }

  @Test
  void anImplementationThatIsNotInTheFileIsUnknown() {
    String code =
        """
        def forward(self: __torch__.Net, x: Tensor) -> Tensor:
          step = unchecked_cast(__torch__.Step, self.mask)
          return (step).forward(x, self.weight, )
        """;
    String step =
        """
        class Step(ModuleInterface):
          def forward(self, y: Tensor, z: Tensor) -> Tensor:
            pass
        """;
    assertThat(factsOf(code, step).state()).isEqualTo(KeptState.UNKNOWN);
  }

  @Test
  void twoPathsMayLeadToOneObject() {
    assertThat(
            factsOf(
                    """
                    def forward(self: __torch__.Net, x: Tensor) -> Tensor:
                      one = self.one
                      other = self.other
                      one.held = x
                      other.held = self.weight
                      held = one.held
                      _0 = torch.add_(held, 1)
                      return x
                    """,
                    """
                    class Part(Module):
                      held : Tensor
                    """)
                .state())
        .isEqualTo(KeptState.ACCUMULATED);
  }

  @Test
  void codeThatCannotBeReadIsUnknown() {
    assertThat(ofCode("def forward(self: __torch__.Net, x: Tensor) -> Tensor:\n    return x ~ 1\n"))
        .isEqualTo(KeptState.UNKNOWN);
    byte[] module = bytes("usual");
    assertThat(ModuleFacts.of(Arrays.copyOf(module, module.length / 2)).state())
        .isEqualTo(KeptState.UNKNOWN);
    assertThat(ModuleFacts.of(new byte[0]).state()).isEqualTo(KeptState.UNKNOWN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"(", "[", "-", "torch.relu(", "x[", "{", "[(", "annotate(Optional[", "self.one("})
  void codeThatIsNestedTooDeepIsUnknown(String open) {
    String nested = open.repeat(50_000);
    ModuleFacts facts =
        factsOf("def forward(self: __torch__.Net, x: Tensor) -> Tensor:\n  y = " + nested);
    assertThat(facts.state()).isEqualTo(KeptState.UNKNOWN);
    assertThat(facts.kept()).allMatch(why -> why.length() <= 301);
    String closed = nested + "x" + ")".repeat(50_000);
    assertThat(
            factsOf("def forward(self: __torch__.Net, x: Tensor) -> Tensor:\n  y = " + closed)
                .state())
        .isEqualTo(KeptState.UNKNOWN);
  }

  @Test
  void aChainABlockAndCallsThatAreTooDeepAreUnknown() {
    String head = "def forward(self: __torch__.Net, x: Tensor) -> Tensor:\n";
    assertThat(factsOf(head + "  y = x" + ".a".repeat(50_000)).kept())
        .contains("an expression that is nested too deep to be analysed");
    StringBuilder blocks = new StringBuilder(head);
    for (int i = 1; i < 3_000; i++) {
      blocks.append(" ".repeat(i)).append("if x:\n");
    }
    assertThat(factsOf(blocks + " ".repeat(3_000) + "pass").kept())
        .contains("the module's class was not found");
    StringBuilder calls = new StringBuilder(head + "  return self.f0(x, )\n");
    for (int i = 0; i < 3_000; i++) {
      calls.append(
          "def f%s(self: __torch__.Net, x: Tensor) -> Tensor:\n  return (self).f%s(x, )\n"
              .formatted(i, i + 1));
    }
    assertThat(factsOf(calls.toString()).kept())
        .contains("code that is nested too deep to be analysed");
    assertThat(factsOf(head + "  y : " + "Optional[".repeat(50_000) + " = x\n  return y").state())
        .isNotNull();
    assertThat(factsOf(head + "  y = \"" + "a\\\"".repeat(100_000) + "\"\n  return x").state())
        .as("a long text")
        .isEqualTo(KeptState.NONE);
  }

  @Test
  void aPickleOfNamesWithoutEndIsReadOnce() {
    Map<String, String> pickles = new LinkedHashMap<>();
    pickles.put("one name", "c__torch__" + ".a".repeat(1 << 20));
    pickles.put("its class", "c__torch__.a\n" + "N".repeat(2 << 20));
    pickles.put("many names", "c__torch__".repeat(200_000));
    pickles.forEach(
        (what, pickle) ->
            assertTimeoutPreemptively( // time that grows with the square of the length is hours
                Duration.ofMinutes(1),
                () ->
                    assertThat(
                            ModuleFacts.of(
                                    Zips.stored(
                                        Map.of(
                                            "net/data.pkl",
                                            pickle.getBytes(StandardCharsets.ISO_8859_1))))
                                .kept())
                        .as(what)
                        .containsExactly("the module's class was not found")));
  }

  private static KeptState ofCode(String method) {
    return factsOf(method).state();
  }

  private static ModuleFacts factsOf(String method) {
    return factsOf(method, "");
  }

  private static ModuleFacts factsOf(String method, String classes) {
    String code =
        """
        class Net(Module):
          weight : Tensor
          mask : Tensor
          first : bool
          training : bool
          one : __torch__.Part
          other : __torch__.Part
        """
            + method.indent(2)
            + classes;
    return ModuleFacts.of(Zips.module(code));
  }

  private static ModuleFacts of(String module) {
    return ModuleFacts.of(bytes(module));
  }

  private static byte[] bytes(String module) {
    try (InputStream in =
        ModuleFactsTest.class.getResourceAsStream("/torchscript/" + module + ".pt")) {
      return Objects.requireNonNull(in, module).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
