package io.ostinato.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.schedule.NamedIteration.Unit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamedIterationTest {

  @ParameterizedTest
  @CsvSource({
    "net-E3_U66_S4224.pt, E3_U66_S4224, UPDATE",
    "epoch=20-step=300.ckpt, E20_U300_S0, UPDATE",
    "epoch=20-step=300.pt, E20_U300_S0, UPDATE",
    "epoch=20-step=300-v1.ckpt, E20_U300_S0, UPDATE",
    "epoch=0-step=0.ckpt, E0_U0_S0, UPDATE",
    "step=300-epoch=20.ckpt, E20_U300_S0, UPDATE",
    "model-epoch=3.pt, E3_U0_S0, EPOCH",
    "model-epoch=03-val_loss=0.35.pt, E3_U0_S0, EPOCH",
    "val_acc=0.95-epoch=3.pt, E3_U0_S0, EPOCH",
    "ckpt_epoch_12.pt, E12_U0_S0, EPOCH",
    "epoch12.pt, E12_U0_S0, EPOCH",
    "epoch-012.pth.tar, E12_U0_S0, EPOCH",
    "Epoch 12.pt, E12_U0_S0, EPOCH",
    "netEpoch12.pt, E12_U0_S0, EPOCH",
    "snapshot.ep.12, E12_U0_S0, EPOCH",
    "resnet50_epoch_3.pt, E3_U0_S0, EPOCH",
    "resnet-50-epoch-3.pt, E3_U0_S0, EPOCH",
    "12epoch.pth, E12_U0_S0, EPOCH",
    "epoch_3_step_100.pt, E3_U100_S0, UPDATE",
    "epoch3step100.pt, E3_U100_S0, UPDATE",
    "3_epochs_100_steps.pt, E3_U100_S0, UPDATE",
    "ep1-ba200-rank0.pt, E1_U200_S0, UPDATE",
    "step_1000, E0_U1000_S0, UPDATE",
    "step-000100.pt, E0_U100_S0, UPDATE",
    "step-50K-105b.pt, E0_U50000_S0, UPDATE",
    "step_2m.pt, E0_U2000000_S0, UPDATE",
    "global_step300, E0_U300_S0, UPDATE",
    "globalStep300.pt, E0_U300_S0, UPDATE",
    "rl_model_10000_steps.zip, E0_U10000_S0, UPDATE",
    "iter-5000.pt, E0_U5000_S0, UPDATE",
    "iter_0005000, E0_U5000_S0, UPDATE",
    "iter-005000-ckpt.pth, E0_U5000_S0, UPDATE",
    "iteration_70.pt, E0_U70_S0, UPDATE",
    "step_1_000.pt, E0_U1000_S0, UPDATE",
    "step_1_234_567.pt, E0_U1234567_S0, UPDATE",
    "1_000_steps.pt, E0_U1000_S0, UPDATE",
    "run_3_100_steps.pt, E0_U100_S0, UPDATE",
    "epoch_3_100.pt, E3_U0_S0, EPOCH",
    "epoch_2_step_1_000.pt, E2_U1000_S0, UPDATE",
    "checkpoint_2024_20240.pt, E2024_U20240_S0, UPDATE",
    "checkpoint_1_2024.pt, E1_U2024_S0, UPDATE",
    "checkpoint_11_2000.pt, E11_U2000_S0, UPDATE",
    "checkpoint_01_2025.pt, E1_U2025_S0, UPDATE",
    "checkpoint_1000000000.pt, E0_U1000000000_S0, UNKNOWN",
    "1000000000.pt, E0_U1000000000_S0, UNKNOWN",
    "step_1795521600.pt, E0_U1795521600_S0, UPDATE",
    "checkpoint-1000000.pt, E0_U1000000_S0, UNKNOWN",
    "model_01002000.pt, E0_U1002000_S0, UNKNOWN",
    "model-512.pt, E0_U512_S0, UNKNOWN",
    "num_updates=9.pt, E0_U9_S0, UPDATE",
    "gpt--val_loss=2.30-step=300-consumed_samples=12000.0.ckpt, E0_U300_S12000, UPDATE",
    "gpt-consumed_samples=8000.0-last.ckpt, E0_U0_S8000, SAMPLE",
    "checkpoint-500, E0_U500_S0, UNKNOWN",
    "checkpoint-500.pt, E0_U500_S0, UNKNOWN",
    "checkpoint_2_500.pt, E2_U500_S0, UPDATE",
    "checkpoint12.pt, E0_U12_S0, UNKNOWN",
    "checkpoint-12.pth.tar, E0_U12_S0, UNKNOWN",
    "checkpoint_12_0.95.pt, E0_U12_S0, UNKNOWN",
    "model.ckpt-5000.pt, E0_U5000_S0, UNKNOWN",
    "model_0042, E0_U42_S0, UNKNOWN",
    "model_0042.pt, E0_U42_S0, UNKNOWN",
    "model_0042_best.pt, E0_U42_S0, UNKNOWN",
    "model010000.pt, E0_U10000_S0, UNKNOWN",
    "best_model_3_accuracy=0.9.pt, E0_U3_S0, UNKNOWN",
    "weights.12-0.35.h5, E0_U12_S0, UNKNOWN",
    "net-7.pt, E0_U7_S0, UNKNOWN",
    "1000.pt, E0_U1000_S0, UNKNOWN",
    "000100.pth.tar, E0_U100_S0, UNKNOWN",
  })
  void namesOfFrameworksTellTheIteration(String name, String iteration, Unit unit) {
    NamedIteration named = NamedIteration.findIn(name).orElseThrow();
    assertThat(named.iteration()).isEqualTo(TrainingIteration.parse(iteration));
    assertThat(named.unit()).isEqualTo(unit);
    assertThat(TrainingIteration.findIn(name)).contains(TrainingIteration.parse(iteration));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "init.pt",
        "last.ckpt",
        "last-v1.ckpt",
        "best_model.accuracy.test.pt",
        "v2.pt",
        "model-v2.pt",
        "model_v2.1.pt",
        "model_1.2.3.pt",
        "checkpoint_v2.pt",
        "resnet50.pt",
        "ResNet50.pt",
        "resnet-50.pt",
        "res_net_50.pt",
        "net50.pt",
        "vit_b_16.pt",
        "efficientnet-b0.pt",
        "yolov8n.pt",
        "wav2vec2.pt",
        "gpt-2.pt",
        "llama-7b.pt",
        "model-70m.pt",
        "model_fp16.pt",
        "model_int8.pt",
        "model_16bit.pt",
        "fold_3.pt",
        "seed42.pt",
        "rank0.pt",
        "model-00001-of-00002.safetensors",
        "model-2026-11-24.pt",
        "net-2026-11-24T12:00:00.pt",
        "model_20261124.pt",
        "model_202611241200.pt",
        "model_20261124120000.pt",
        "model_20261124_1200.pt",
        "20261124.pt",
        "checkpoint_2024_11.pt",
        "checkpoint_2025_01.pt",
        "checkpoint_2025_0131.pt",
        "checkpoint_2024_12.pt",
        "checkpoint_2024-11-25.pt",
        "checkpoint-2024-11.pt",
        "checkpoint_1300000000.pt",
        "model_24112026.pt",
        "model_11242026.pt",
        "model_1795521600.pt",
        "model_1795521600000.pt",
        "checkpoint-1795521600.pt",
        "1795521600.pt",
        "epoch_1795521600.pt",
        "epoch_20261124.pt",
        "val_loss=0.35.pt",
        "epoch=last.ckpt",
        "epoch_3.5.pt",
        "epoch_3of10.pt",
        "step0.1.pt",
        "footstep12.pt",
        "timestep12.pt",
        "deep12.pt",
        "SE1_U2_S3.pt",
        "epoch_99999999999.pt",
        "model_9999999999999.pt",
      })
  void numbersOfOtherThingsAreNoIterations(String name) {
    assertThat(NamedIteration.findIn(name)).isEmpty();
  }

  @Test
  void updatesThatLookLikeAYearAreUpdatesInEveryEpoch() {
    for (int epoch = 1; epoch <= 40; epoch++) {
      for (int update = 1990; update < 2100; update++) {
        assertThat(TrainingIteration.findIn("checkpoint_%s_%s.pt".formatted(epoch, update)))
            .contains(new TrainingIteration(epoch, update, 0));
      }
    }
  }

  @Test
  void thousandsWithCommasAreOneNumber() {
    assertThat(TrainingIteration.findIn("step_1,000.pt"))
        .contains(new TrainingIteration(0, 1_000, 0));
    assertThat(TrainingIteration.findIn("12,345,678_steps.pt"))
        .contains(new TrainingIteration(0, 12_345_678, 0));
  }

  @ParameterizedTest
  @CsvSource({
    "net-E3_U66_S4224.pt, net-#.pt",
    "epoch=20-step=300-v1.ckpt, epoch=#-step=#.ckpt",
    "step=300-epoch=20.ckpt, step=#-epoch=#.ckpt",
    "val_acc=0.95-epoch=3.pt, val_acc=#-epoch=#.pt",
    "epoch=3-val_loss=nan.pt, epoch=#-val_loss=#.pt",
    "epoch=3-val_loss=1.5e-05.pt, epoch=#-val_loss=#.pt",
    "globalStep300.pt, global_Step#.pt",
    "gpt--val_loss=2.30-step=300-consumed_samples=12000.0.ckpt,"
        + " gpt--val_loss=#-step=#-consumed_samples=#.0.ckpt",
    "checkpoint_2_500.pt, checkpoint_#_#.pt",
    "checkpoint12.pt, checkpoint#.pt",
    "fold_2_epoch_3.pt, fold_2_epoch_#.pt",
    "model_v2.1_step_7.pt, model_v2.1_step_#.pt",
    "model_0042_best.pt, model_#_best.pt",
    "1_000_steps.pt, #_steps.pt",
    "1000.pt, #.pt",
  })
  void theFormIsWhatTheCheckpointsOfATrainingShare(String name, String form) {
    assertThat(NamedIteration.findIn(name).orElseThrow().form()).isEqualTo(form);
  }

  @Test
  void namesTellAnOrderWhereTheirNumbersAgree() {
    assertBefore("epoch_1_step_900.pt", "epoch_2_step_1000.pt");
    assertBefore("epoch_1_step_900.pt", "epoch_1_step_901.pt");
    assertBefore("checkpoint-999.pt", "checkpoint-1000.pt");
    assertBefore("step_999.pt", "step_1_000.pt");
    assertBefore("epoch=1.pt", "epoch=2.pt");
    assertContradiction("epoch_1_step_900.pt", "epoch_2_step_100.pt");
    assertContradiction("epoch_1_step_900.pt", "epoch_2_step_900.pt");
    assertContradiction("net-E1_U5_S50.pt", "net-E2_U9_S40.pt");
    assertNothing("epoch_1.pt", "best-epoch_2.pt");
    assertNothing("fold1_epoch_1.pt", "fold2_epoch_2.pt");
    assertNothing("checkpoint12.pt", "checkpoint_2_500.pt");
    assertNothing("epoch=1.pt", "epoch=1-v1.pt");
  }

  private static void assertBefore(String first, String second) {
    assertThat(named(first).isBefore(named(second))).isTrue();
    assertThat(named(second).isBefore(named(first))).isFalse();
    assertThat(named(second).contradicts(named(first))).isFalse();
  }

  private static void assertContradiction(String first, String second) {
    assertThat(named(first).contradicts(named(second))).isTrue();
    assertThat(named(second).contradicts(named(first))).isTrue();
    assertThat(named(first).isBefore(named(second))).isFalse();
    assertThat(named(second).isBefore(named(first))).isFalse();
  }

  private static void assertNothing(String first, String second) {
    assertThat(named(first).isBefore(named(second))).isFalse();
    assertThat(named(second).isBefore(named(first))).isFalse();
    assertThat(named(first).contradicts(named(second))).isFalse();
  }

  private static NamedIteration named(String name) {
    return NamedIteration.findIn(name).orElseThrow();
  }
}
