(* collins2022: the claims on this paper as theorems over the real numbers, generated from theory/claims by
   `landscape prove --kernel --keep DIR`. Do not edit. Compile with plain `coqc`, Coq 8.16 or later; nothing else is
   needed. What a proof rests on: `Print Assumptions NAME.`

   Division: Coq's x / 0 is some number of which nothing is known; every cancellation is proved to be by something that
   is not zero. *)

(* The lemmas and tactics that every generated proof rests on. Real numbers, nothing else. *)
Require Import Reals Lra.
Open Scope R_scope.

(* An inequality from its difference, given in a form whose sign is evident. *)
Lemma lt_by_diff a b c : b - a = c -> 0 < c -> a < b.
Proof. intros; lra. Qed.
Lemma le_by_diff a b c : b - a = c -> 0 <= c -> a <= b.
Proof. intros; lra. Qed.
Lemma ne_by_diff a b c : a - b = c -> c <> 0 -> a <> b.
Proof. intros E N H; apply N; lra. Qed.

(* An inequality from another, by a multiple of its difference and something that is not negative. *)
Lemma le_by_multiple a b c d F r : b - a = F * (d - c) + r -> 0 <= F -> 0 <= r -> c <= d -> a <= b.
Proof. intros E P N H; pose proof (Rmult_le_pos F (d - c) P ltac:(lra)); lra. Qed.

(* An equivalence of two comparisons, one a positive multiple of the other. *)
Lemma iff_lt a b c d F : b - a = F * (d - c) -> 0 < F -> (a < b <-> c < d).
Proof.
  intros E P; split; intro H.
  - apply Rminus_gt_0_lt, (Rmult_lt_reg_l F); lra.
  - pose proof (Rmult_lt_0_compat F (d - c) P ltac:(lra)); lra.
Qed.
Lemma iff_le a b c d F : b - a = F * (d - c) -> 0 < F -> (a <= b <-> c <= d).
Proof.
  intros E P; split; intro H.
  - apply Rnot_lt_le; intro L; pose proof (Rmult_lt_0_compat F (c - d) P ltac:(lra)); lra.
  - pose proof (Rmult_le_pos F (d - c) (Rlt_le _ _ P) ltac:(lra)); lra.
Qed.

(* An equation that has the same zeros as one other, or as two others together. *)
Lemma pow_zero x n : x ^ S n = 0 <-> x = 0.
Proof.
  split; intro H.
  - destruct (Req_dec x 0) as [Z | N]; [exact Z | exfalso; exact (pow_nonzero x (S n) N H)].
  - rewrite H; simpl; ring.
Qed.
Lemma iff_eq a b c d F n : a - b = F * (c - d) ^ S n -> F <> 0 -> (a = b <-> c = d).
Proof.
  intros E N; split; intro H.
  - assert (Z : F * (c - d) ^ S n = 0) by lra.
    apply Rmult_integral in Z; destruct Z as [Z | Z]; [contradiction | apply pow_zero in Z; lra].
  - assert (Z : (c - d) ^ S n = 0) by (apply pow_zero; lra). rewrite Z in E; lra.
Qed.
Lemma iff_eq_or a b c d e f F n k :
  a - b = F * (c - d) ^ S n * (e - f) ^ S k -> F <> 0 -> (a = b <-> c = d \/ e = f).
Proof.
  intros E N; split; intro H.
  - assert (Z : F * (c - d) ^ S n * (e - f) ^ S k = 0) by lra.
    apply Rmult_integral in Z; destruct Z as [Z | Z].
    + apply Rmult_integral in Z; destruct Z as [Z | Z]; [contradiction | apply pow_zero in Z; left; lra].
    + apply pow_zero in Z; right; lra.
  - destruct H as [H | H].
    + assert (Z : (c - d) ^ S n = 0) by (apply pow_zero; lra). rewrite Z in E; lra.
    + assert (Z : (e - f) ^ S k = 0) by (apply pow_zero; lra). rewrite Z in E; lra.
Qed.

(* The sign of a factor from the sign of a product. *)
Lemma lt_from_product f g P : P = g * f -> 0 < g -> 0 < P -> 0 < f.
Proof. intros E G H; apply (Rmult_lt_reg_l g); lra. Qed.
Lemma le_from_product f g P : P = g * f -> 0 < g -> 0 <= P -> 0 <= f.
Proof. intros E G H; apply (Rmult_le_reg_l g); lra. Qed.
Lemma ne_from_product f g P : P = g * f -> P <> 0 -> f <> 0.
Proof. intros E N Z; apply N; rewrite E, Z; ring. Qed.

(* A quadratic with a positive leading coefficient and a negative discriminant. *)
Lemma lt_by_square f a b c x s : f = a * x ^ 2 + b * x + c -> 4 * a * c - b ^ 2 = s -> 0 < a -> 0 < s -> 0 < f.
Proof.
  intros E S A D; apply (lt_from_product f (4 * a) ((2 * a * x + b) ^ 2 + s)).
  - rewrite E, <- S; ring.
  - lra.
  - pose proof (pow2_ge_0 (2 * a * x + b)); lra.
Qed.
Lemma le_by_square f a b c x s : f = a * x ^ 2 + b * x + c -> 4 * a * c - b ^ 2 = s -> 0 < a -> 0 <= s -> 0 <= f.
Proof.
  intros E S A D; apply (le_from_product f (4 * a) ((2 * a * x + b) ^ 2 + s)).
  - rewrite E, <- S; ring.
  - lra.
  - pose proof (pow2_ge_0 (2 * a * x + b)); lra.
Qed.

Lemma div_le_0 a b : 0 <= a -> 0 < b -> 0 <= a / b.
Proof. intros A B; apply Rmult_le_pos; [exact A | apply Rlt_le, Rinv_0_lt_compat, B]. Qed.
Lemma pow2_lt_0 a : a <> 0 -> 0 < a ^ 2.
Proof. intro N; rewrite <- Rsqr_pow2; apply Rsqr_pos_lt, N. Qed.

(* Signs that can be read off: sums and products of what is known to be positive, and squares. *)
Ltac pos :=
  match goal with
  | H : ?goal |- ?goal => exact H
  | |- 0 < ?a + ?b => first [ apply Rplus_lt_le_0_compat; pos | apply Rplus_le_lt_0_compat; pos ]
  | |- 0 <= ?a + ?b => apply Rplus_le_le_0_compat; pos
  | |- 0 < ?a * ?b => apply Rmult_lt_0_compat; pos
  | |- 0 <= ?a * ?b => apply Rmult_le_pos; pos
  | |- 0 < ?a / ?b => apply Rdiv_lt_0_compat; pos
  | |- 0 <= ?a / ?b => apply div_le_0; pos
  | |- 0 < / ?a => apply Rinv_0_lt_compat; pos
  | |- 0 < ?a ^ 2 => apply pow2_lt_0; pos
  | |- 0 <= ?a ^ 2 => apply pow2_ge_0
  | |- 0 < ?a ^ ?n => apply pow_lt; pos
  | |- 0 <= ?a ^ ?n => apply pow_le; pos
  | |- ?a * ?b <> 0 => apply Rmult_integral_contrapositive_currified; pos
  | |- ?a ^ ?n <> 0 => apply pow_nonzero; pos
  | |- / ?a <> 0 => apply Rinv_neq_0_compat; pos
  | H : 0 < ?a |- ?a <> 0 => exact (Rgt_not_eq _ _ H)
  | H : 0 < ?a |- 0 <= ?a => exact (Rlt_le _ _ H)
  | |- ?a <> 0 => apply Rgt_not_eq; unfold Rgt; pos
  | |- 0 <= ?a => apply Rlt_le; pos
  | |- _ => lra
  end.

(* The side conditions that [field] leaves: no denominator is zero. *)
Ltac nz := repeat split; first [ solve [ pos ] | lra | nra ].

(* Arithmetic with rational numbers at a counterexample. *)
Ltac number_equation := first [ lra | field; repeat split; lra ].
Ltac number_premise :=
  first [ lra | match goal with |- exists n : Z, ?v = IZR n => match v with IZR ?k => exists k; reflexivity end end
        | left; number_premise | right; number_premise ].
Ltac number_contradiction D := exfalso; revert D; cbn [pow]; first [ lra | intuition lra ].

(* What is typed by hand equals what the library derives. Used by: collins2022.hard-tilt-iff,
   collins2022.hard-tilt-impossible, collins2022.hard-tilt-samples, collins2022.ratio-bound,
   collins2022.ratio-falls-with-spread-and-noise, collins2022.ratio-grows-with-distance,
   collins2022.ratio-needs-packing. *)
Theorem collins2022_ratio_as_derived :
  forall alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d : R,
  let q := 1 - p in
  let kappa := 1 + (1 + d) / m in
  let s_E := 1 - 2 * alpha * rho_E + kappa * alpha ^ 2 * rho_E ^ 2 in
  let s_H := 1 - 2 * alpha * rho_H + kappa * alpha ^ 2 * rho_H ^ 2 in
  let w_E := q * rho_E * s_E in
  let w_H := p * rho_H * s_H in
  let v_E := q * rho_E in
  let v_H := p * rho_H in
  let omega_MAML := w_E / (w_E + w_H) in
  let omega_NAL := v_E / (v_E + v_H) in
  let N := (1 / 2) * d * alpha ^ 2 * (nu2_E * q * rho_E ^ 2 + nu2_H * p * rho_H ^ 2) / m in
  let risk_NAL := N + (1 / 2) * w_E * (V_E + R2 * (1 - omega_NAL) ^ 2) + (1 / 2) * w_H * (V_H + R2 * omega_NAL ^
    2) in
  let risk_MAML := N + (1 / 2) * w_E * (V_E + R2 * (1 - omega_MAML) ^ 2) + (1 / 2) * w_H * (V_H + R2 *
    omega_MAML ^ 2) in
  let ratio := risk_NAL / risk_MAML in
  let Q_E := rho_E + alpha ^ 2 * rho_E ^ 3 - 2 * alpha * rho_E ^ 2 + alpha ^ 2 * rho_E ^ 3 / m + d * alpha ^ 2 *
    rho_E ^ 3 / m in
  let Q_H := rho_H + alpha ^ 2 * rho_H ^ 3 - 2 * alpha * rho_H ^ 2 + alpha ^ 2 * rho_H ^ 3 / m + d * alpha ^ 2 *
    rho_H ^ 3 / m in
  let omega_MAML_derived := Q_E * (1 - p) / (Q_E * (1 - p) + Q_H * p) in
  let omega_NAL_derived := rho_E * (1 - p) / (p * rho_H + rho_E * (1 - p)) in
  let N_derived := (1 / 2) * d * nu2_E * alpha ^ 2 * rho_E ^ 2 * (1 - p) / m + (1 / 2) * d * nu2_H * p * alpha ^
    2 * rho_H ^ 2 / m in
  let risk_NAL_derived := (1 / 2) * Q_E * (1 - p) * (V_E + R2 * (1 - rho_E * (1 - p) / (p * rho_H + rho_E * (1 -
    p))) ^ 2) + (1 / 2) * Q_H * p * (V_H + R2 * rho_E ^ 2 * (1 - p) ^ 2 / (p * rho_H + rho_E * (1 - p)) ^ 2) +
    (1 / 2) * d * nu2_E * alpha ^ 2 * rho_E ^ 2 * (1 - p) / m + (1 / 2) * d * nu2_H * p * alpha ^ 2 * rho_H ^ 2
    / m in
  let risk_MAML_derived := (1 / 2) * Q_E * (1 - p) * (V_E + R2 * (1 - Q_E * (1 - p) / (Q_E * (1 - p) + Q_H * p))
    ^ 2) + (1 / 2) * Q_H * p * (V_H + R2 * Q_E ^ 2 * (1 - p) ^ 2 / (Q_E * (1 - p) + Q_H * p) ^ 2) + (1 / 2) * d
    * nu2_E * alpha ^ 2 * rho_E ^ 2 * (1 - p) / m + (1 / 2) * d * nu2_H * p * alpha ^ 2 * rho_H ^ 2 / m in
  let ratio_derived := risk_NAL_derived / risk_MAML_derived in
  0 < alpha ->
  0 < rho_H ->
  rho_H < rho_E ->
  0 < p ->
  p < 1 ->
  0 <= R2 ->
  0 <= V_E ->
  0 <= V_H ->
  0 <= nu2_E ->
  0 <= nu2_H ->
  1 <= m ->
  1 <= d ->
  omega_MAML = omega_MAML_derived /\ omega_NAL = omega_NAL_derived /\ N = N_derived /\ risk_NAL =
    risk_NAL_derived /\ risk_MAML = risk_MAML_derived /\ ratio = ratio_derived.
Proof.
  intros alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d q kappa s_E s_H w_E w_H v_E v_H omega_MAML omega_NAL N
    risk_NAL risk_MAML ratio Q_E Q_H omega_MAML_derived omega_NAL_derived N_derived risk_NAL_derived
    risk_MAML_derived ratio_derived H1 H2 H3 H4 H5 H6 H7 H8 H9 H10 H11 H12.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho_H) by (clear - H2; lra).
  assert (A3 : 0 < - rho_H + rho_E) by (clear - H3; lra).
  assert (A4 : 0 < rho_E) by lra.
  assert (A5 : 0 < p) by (clear - H4; lra).
  assert (A6 : 0 < - p + 1) by (clear - H5; lra).
  assert (A7 : 0 <= R2) by (clear - H6; lra).
  assert (A8 : 0 <= V_E) by (clear - H7; lra).
  assert (A9 : 0 <= V_H) by (clear - H8; lra).
  assert (A10 : 0 <= nu2_E) by (clear - H9; lra).
  assert (A11 : 0 <= nu2_H) by (clear - H10; lra).
  assert (A12 : 0 <= m - 1) by (clear - H11; lra).
  assert (A13 : 0 < m) by lra.
  assert (A14 : 0 <= d - 1) by (clear - H12; lra).
  assert (A15 : 0 < d) by lra.
  assert (P_q : 0 < q).
  {
    subst q.
    assert (A16 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A6]).
    apply (lt_by_diff _ _ ((- p + 1))); [field; nz | pos].
  }
  assert (P_s_E : 0 < s_E).
  {
    subst s_E kappa.
    try change (1 - p) with q.
    assert (A17 : 0 < alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 * alpha
      * rho_E * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^
      2 * rho_E ^ 2 - 2 * alpha * rho_E * m + m) (rho_E ^ 2 * m + rho_E ^ 2 * d + rho_E ^ 2) (- 2 * rho_E * m)
      (m) (alpha) (4 * (d + 1) * (rho_E) ^ 2 * (m))); [ring | ring | replace (rho_E ^ 2 * m + rho_E ^ 2 * d +
      rho_E ^ 2) with ((rho_E) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 *
      alpha * rho_E * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_s_H : 0 < s_H).
  {
    subst s_H kappa.
    try change (1 - p) with q.
    assert (A18 : 0 < alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 * alpha
      * rho_H * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^
      2 * rho_H ^ 2 - 2 * alpha * rho_H * m + m) (rho_H ^ 2 * m + rho_H ^ 2 * d + rho_H ^ 2) (- 2 * rho_H * m)
      (m) (alpha) (4 * (rho_H) ^ 2 * (d + 1) * (m))); [ring | ring | replace (rho_H ^ 2 * m + rho_H ^ 2 * d +
      rho_H ^ 2) with ((rho_H) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 *
      alpha * rho_H * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_w_E : 0 < w_E).
  {
    subst w_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q * s_E)); [field; nz | pos].
  }
  assert (P_w_H : 0 < w_H).
  {
    subst w_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p * s_H)); [field; nz | pos].
  }
  assert (P_v_E : 0 < v_E).
  {
    subst v_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q)); [field; nz | pos].
  }
  assert (P_v_H : 0 < v_H).
  {
    subst v_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p)); [field; nz | pos].
  }
  assert (E_Q_E : Q_E = rho_E * s_E).
  {
    subst Q_E ratio risk_MAML risk_NAL N omega_NAL omega_MAML v_H v_E w_H w_E s_H s_E kappa q.
    field; nz.
  }
  clearbody Q_E.
  subst Q_E.
  assert (E_Q_H : Q_H = rho_H * s_H).
  {
    subst Q_H ratio risk_MAML risk_NAL N omega_NAL omega_MAML v_H v_E w_H w_E s_H s_E kappa q.
    field; nz.
  }
  clearbody Q_H.
  subst Q_H.
  assert (E_omega_MAML_derived : omega_MAML_derived = omega_MAML).
  {
    subst omega_MAML_derived ratio risk_MAML risk_NAL N omega_NAL omega_MAML v_H v_E w_H w_E kappa.
    try change (1 - p) with q.
    field; nz.
  }
  clearbody omega_MAML_derived.
  subst omega_MAML_derived.
  assert (E_omega_NAL_derived : omega_NAL_derived = omega_NAL).
  {
    subst omega_NAL_derived ratio risk_MAML risk_NAL N omega_NAL omega_MAML v_H v_E w_H w_E kappa.
    try change (1 - p) with q.
    field; nz.
  }
  clearbody omega_NAL_derived.
  subst omega_NAL_derived.
  assert (E_N_derived : N_derived = N).
  {
    subst N_derived ratio risk_MAML risk_NAL N omega_NAL omega_MAML kappa.
    try change (1 - p) with q.
    field; nz.
  }
  clearbody N_derived.
  subst N_derived.
  assert (E_risk_NAL_derived : risk_NAL_derived = risk_NAL).
  {
    subst risk_NAL_derived ratio risk_MAML risk_NAL N omega_NAL omega_MAML v_H v_E w_H w_E kappa.
    try change (1 - p) with q.
    field; nz.
  }
  clearbody risk_NAL_derived.
  subst risk_NAL_derived.
  assert (E_risk_MAML_derived : risk_MAML_derived = risk_MAML).
  {
    subst risk_MAML_derived ratio risk_MAML risk_NAL N omega_NAL omega_MAML v_H v_E w_H w_E kappa.
    try change (1 - p) with q.
    field; nz.
  }
  clearbody risk_MAML_derived.
  subst risk_MAML_derived.
  assert (E_ratio_derived : ratio_derived = ratio) by reflexivity.
  clearbody ratio_derived.
  subst ratio_derived.
  subst ratio risk_MAML risk_NAL N omega_NAL omega_MAML kappa.
  try change (1 - p) with q.
  clearbody v_H v_E w_H w_E s_H s_E q.
  split.
  {
    reflexivity.
  }
  split.
  {
    reflexivity.
  }
  split.
  {
    reflexivity.
  }
  split.
  {
    reflexivity.
  }
  split.
  {
    reflexivity.
  }
  {
    reflexivity.
  }
Qed.

(* What is typed by hand equals what the library derives. Used by: collins2022.gain-grows-with-distance,
   collins2022.gain-nonnegative, collins2022.gain-zero-iff. *)
Theorem collins2022_gain_as_derived :
  forall alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d : R,
  let q := 1 - p in
  let kappa := 1 + (1 + d) / m in
  let s_E := 1 - 2 * alpha * rho_E + kappa * alpha ^ 2 * rho_E ^ 2 in
  let s_H := 1 - 2 * alpha * rho_H + kappa * alpha ^ 2 * rho_H ^ 2 in
  let w_E := q * rho_E * s_E in
  let w_H := p * rho_H * s_H in
  let v_E := q * rho_E in
  let v_H := p * rho_H in
  let omega_MAML := w_E / (w_E + w_H) in
  let omega_NAL := v_E / (v_E + v_H) in
  let gain := (1 / 2) * R2 * (omega_NAL - omega_MAML) ^ 2 * (w_E + w_H) in
  let Q_E := rho_E + alpha ^ 2 * rho_E ^ 3 - 2 * alpha * rho_E ^ 2 + alpha ^ 2 * rho_E ^ 3 / m + d * alpha ^ 2 *
    rho_E ^ 3 / m in
  let Q_H := rho_H + alpha ^ 2 * rho_H ^ 3 - 2 * alpha * rho_H ^ 2 + alpha ^ 2 * rho_H ^ 3 / m + d * alpha ^ 2 *
    rho_H ^ 3 / m in
  let omega_MAML_derived := Q_E * (1 - p) / (Q_E * (1 - p) + Q_H * p) in
  let omega_NAL_derived := rho_E * (1 - p) / (p * rho_H + rho_E * (1 - p)) in
  let gain_derived := (1 / 2) * Q_E * (1 - p) * (V_E + R2 * (1 - rho_E * (1 - p) / (p * rho_H + rho_E * (1 -
    p))) ^ 2) + (1 / 2) * Q_H * p * (V_H + R2 * rho_E ^ 2 * (1 - p) ^ 2 / (p * rho_H + rho_E * (1 - p)) ^ 2) -
    (1 / 2) * Q_E * (1 - p) * (V_E + R2 * (1 - Q_E * (1 - p) / (Q_E * (1 - p) + Q_H * p)) ^ 2) - (1 / 2) * Q_H *
    p * (V_H + R2 * Q_E ^ 2 * (1 - p) ^ 2 / (Q_E * (1 - p) + Q_H * p) ^ 2) in
  0 < alpha ->
  0 < rho_H ->
  rho_H < rho_E ->
  0 < p ->
  p < 1 ->
  0 <= R2 ->
  0 <= V_E ->
  0 <= V_H ->
  0 <= nu2_E ->
  0 <= nu2_H ->
  1 <= m ->
  1 <= d ->
  omega_MAML = omega_MAML_derived /\ omega_NAL = omega_NAL_derived /\ gain = gain_derived.
Proof.
  intros alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d q kappa s_E s_H w_E w_H v_E v_H omega_MAML omega_NAL
    gain Q_E Q_H omega_MAML_derived omega_NAL_derived gain_derived H1 H2 H3 H4 H5 H6 H7 H8 H9 H10 H11 H12.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho_H) by (clear - H2; lra).
  assert (A3 : 0 < - rho_H + rho_E) by (clear - H3; lra).
  assert (A4 : 0 < rho_E) by lra.
  assert (A5 : 0 < p) by (clear - H4; lra).
  assert (A6 : 0 < - p + 1) by (clear - H5; lra).
  assert (A7 : 0 <= R2) by (clear - H6; lra).
  assert (A8 : 0 <= V_E) by (clear - H7; lra).
  assert (A9 : 0 <= V_H) by (clear - H8; lra).
  assert (A10 : 0 <= nu2_E) by (clear - H9; lra).
  assert (A11 : 0 <= nu2_H) by (clear - H10; lra).
  assert (A12 : 0 <= m - 1) by (clear - H11; lra).
  assert (A13 : 0 < m) by lra.
  assert (A14 : 0 <= d - 1) by (clear - H12; lra).
  assert (A15 : 0 < d) by lra.
  assert (P_q : 0 < q).
  {
    subst q.
    assert (A16 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A6]).
    apply (lt_by_diff _ _ ((- p + 1))); [field; nz | pos].
  }
  assert (P_s_E : 0 < s_E).
  {
    subst s_E kappa.
    try change (1 - p) with q.
    assert (A17 : 0 < alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 * alpha
      * rho_E * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^
      2 * rho_E ^ 2 - 2 * alpha * rho_E * m + m) (rho_E ^ 2 * m + rho_E ^ 2 * d + rho_E ^ 2) (- 2 * rho_E * m)
      (m) (alpha) (4 * (d + 1) * (rho_E) ^ 2 * (m))); [ring | ring | replace (rho_E ^ 2 * m + rho_E ^ 2 * d +
      rho_E ^ 2) with ((rho_E) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 *
      alpha * rho_E * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_s_H : 0 < s_H).
  {
    subst s_H kappa.
    try change (1 - p) with q.
    assert (A18 : 0 < alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 * alpha
      * rho_H * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^
      2 * rho_H ^ 2 - 2 * alpha * rho_H * m + m) (rho_H ^ 2 * m + rho_H ^ 2 * d + rho_H ^ 2) (- 2 * rho_H * m)
      (m) (alpha) (4 * (rho_H) ^ 2 * (d + 1) * (m))); [ring | ring | replace (rho_H ^ 2 * m + rho_H ^ 2 * d +
      rho_H ^ 2) with ((rho_H) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 *
      alpha * rho_H * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_w_E : 0 < w_E).
  {
    subst w_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q * s_E)); [field; nz | pos].
  }
  assert (P_w_H : 0 < w_H).
  {
    subst w_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p * s_H)); [field; nz | pos].
  }
  assert (P_v_E : 0 < v_E).
  {
    subst v_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q)); [field; nz | pos].
  }
  assert (P_v_H : 0 < v_H).
  {
    subst v_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p)); [field; nz | pos].
  }
  assert (E_Q_E : Q_E = rho_E * s_E).
  {
    subst Q_E gain omega_NAL omega_MAML v_H v_E w_H w_E s_H s_E kappa q.
    field; nz.
  }
  clearbody Q_E.
  subst Q_E.
  assert (E_Q_H : Q_H = rho_H * s_H).
  {
    subst Q_H gain omega_NAL omega_MAML v_H v_E w_H w_E s_H s_E kappa q.
    field; nz.
  }
  clearbody Q_H.
  subst Q_H.
  assert (E_omega_MAML_derived : omega_MAML_derived = omega_MAML).
  {
    subst omega_MAML_derived gain omega_NAL omega_MAML v_H v_E w_H w_E kappa.
    try change (1 - p) with q.
    field; nz.
  }
  clearbody omega_MAML_derived.
  subst omega_MAML_derived.
  assert (E_omega_NAL_derived : omega_NAL_derived = omega_NAL).
  {
    subst omega_NAL_derived gain omega_NAL omega_MAML v_H v_E w_H w_E kappa.
    try change (1 - p) with q.
    field; nz.
  }
  clearbody omega_NAL_derived.
  subst omega_NAL_derived.
  assert (E_gain_derived : gain_derived = gain).
  {
    subst gain_derived gain omega_NAL omega_MAML v_H v_E w_H w_E kappa.
    try change (1 - p) with q.
    field; nz.
  }
  clearbody gain_derived.
  subst gain_derived.
  subst gain omega_NAL omega_MAML kappa.
  try change (1 - p) with q.
  clearbody v_H v_E w_H w_E s_H s_E q.
  split.
  {
    reflexivity.
  }
  split.
  {
    reflexivity.
  }
  {
    reflexivity.
  }
Qed.

(* What is typed by hand equals what the library derives. Used by: collins2022.ratio-population. *)
Theorem collins2022_omega_NAL_as_derived :
  forall rho_H rho_E p R2 V_E V_H d : R,
  let q := 1 - p in
  let v_E := q * rho_E in
  let v_H := p * rho_H in
  let omega_NAL := v_E / (v_E + v_H) in
  let ratio := (V_H + R2 * rho_E ^ 2 * (1 - p) ^ 2 / (p * rho_H + rho_E * (1 - p)) ^ 2) / V_H in
  let omega_NAL_derived := rho_E * (1 - p) / (p * rho_H + rho_E * (1 - p)) in
  0 < rho_H ->
  rho_H < rho_E ->
  0 < p ->
  p < 1 ->
  0 <= R2 ->
  0 <= V_E ->
  0 <= V_H ->
  1 <= d ->
  0 < V_H ->
  omega_NAL = omega_NAL_derived.
Proof.
  intros rho_H rho_E p R2 V_E V_H d q v_E v_H omega_NAL ratio omega_NAL_derived H1 H2 H3 H4 H5 H6 H7 H8 H9.
  assert (A1 : 0 < rho_H) by (clear - H1; lra).
  assert (A2 : 0 < - rho_H + rho_E) by (clear - H2; lra).
  assert (A3 : 0 < rho_E) by lra.
  assert (A4 : 0 < p) by (clear - H3; lra).
  assert (A5 : 0 < - p + 1) by (clear - H4; lra).
  assert (A6 : 0 <= R2) by (clear - H5; lra).
  assert (A7 : 0 <= V_E) by (clear - H6; lra).
  assert (A8 : 0 <= V_H) by (clear - H7; lra).
  assert (A9 : 0 <= d - 1) by (clear - H8; lra).
  assert (A10 : 0 < d) by lra.
  assert (A11 : 0 < V_H) by (clear - H9; lra).
  assert (P_q : 0 < q).
  {
    subst q.
    assert (A12 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A5]).
    apply (lt_by_diff _ _ ((- p + 1))); [field; nz | pos].
  }
  assert (P_v_E : 0 < v_E).
  {
    subst v_E.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q)); [field; nz | pos].
  }
  assert (P_v_H : 0 < v_H).
  {
    subst v_H.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p)); [field; nz | pos].
  }
  assert (E_omega_NAL_derived : omega_NAL_derived = omega_NAL).
  {
    subst omega_NAL_derived ratio omega_NAL v_H v_E.
    try change (1 - p) with q.
    field; nz.
  }
  clearbody omega_NAL_derived.
  subst omega_NAL_derived.
  subst ratio omega_NAL.
  try change (1 - p) with q.
  clearbody v_H v_E q.
  reflexivity.
Qed.

(* What is typed by hand equals what the library derives. Used by: collins2022.ratio-capped. *)
Theorem collins2022_ratio_as_derived_2 :
  forall rho_H rho_E p R2 V_E V_H d c : R,
  let q := 1 - p in
  let v_E := q * rho_E in
  let v_H := p * rho_H in
  let omega_NAL := v_E / (v_E + v_H) in
  let ratio := 1 + R2 * omega_NAL ^ 2 / V_H in
  let omega_NAL_derived := rho_E * (1 - p) / (p * rho_H + rho_E * (1 - p)) in
  let ratio_derived := (V_H + R2 * rho_E ^ 2 * (1 - p) ^ 2 / (p * rho_H + rho_E * (1 - p)) ^ 2) / V_H in
  0 < rho_H ->
  rho_H < rho_E ->
  0 < p ->
  p < 1 ->
  0 <= R2 ->
  0 <= V_E ->
  0 <= V_H ->
  1 <= d ->
  0 < V_H ->
  0 < c ->
  R2 * c <= V_H ->
  omega_NAL = omega_NAL_derived /\ ratio = ratio_derived.
Proof.
  intros rho_H rho_E p R2 V_E V_H d c q v_E v_H omega_NAL ratio omega_NAL_derived ratio_derived H1 H2 H3 H4 H5
    H6 H7 H8 H9 H10 H11.
  assert (A1 : 0 < rho_H) by (clear - H1; lra).
  assert (A2 : 0 < - rho_H + rho_E) by (clear - H2; lra).
  assert (A3 : 0 < rho_E) by lra.
  assert (A4 : 0 < p) by (clear - H3; lra).
  assert (A5 : 0 < - p + 1) by (clear - H4; lra).
  assert (A6 : 0 <= R2) by (clear - H5; lra).
  assert (A7 : 0 <= V_E) by (clear - H6; lra).
  assert (A8 : 0 <= V_H) by (clear - H7; lra).
  assert (A9 : 0 <= d - 1) by (clear - H8; lra).
  assert (A10 : 0 < d) by lra.
  assert (A11 : 0 < V_H) by (clear - H9; lra).
  assert (A12 : 0 < c) by (clear - H10; lra).
  assert (A13 : 0 <= - R2 * c + V_H) by (clear - H11; lra).
  assert (P_q : 0 < q).
  {
    subst q.
    assert (A14 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A5]).
    apply (lt_by_diff _ _ ((- p + 1))); [field; nz | pos].
  }
  assert (P_v_E : 0 < v_E).
  {
    subst v_E.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q)); [field; nz | pos].
  }
  assert (P_v_H : 0 < v_H).
  {
    subst v_H.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p)); [field; nz | pos].
  }
  assert (E_omega_NAL_derived : omega_NAL_derived = omega_NAL).
  {
    subst omega_NAL_derived ratio omega_NAL v_H v_E.
    try change (1 - p) with q.
    field; nz.
  }
  clearbody omega_NAL_derived.
  subst omega_NAL_derived.
  assert (E_ratio_derived : ratio_derived = ratio).
  {
    subst ratio_derived ratio omega_NAL v_H v_E.
    try change (1 - p) with q.
    field; nz.
  }
  clearbody ratio_derived.
  subst ratio_derived.
  subst ratio omega_NAL.
  try change (1 - p) with q.
  clearbody v_H v_E q.
  split.
  {
    reflexivity.
  }
  {
    reflexivity.
  }
Qed.

(* What is typed by hand equals what the library derives. Used by:
   collins2022.population-curvature-singular-iff. *)
Theorem collins2022_q_eigenvalue_as_derived :
  forall alpha rho nu2 m d : R,
  let q_eigenvalue := rho * (1 - alpha * rho) ^ 2 in
  let q_eigenvalue_derived := rho + alpha ^ 2 * rho ^ 3 - 2 * alpha * rho ^ 2 in
  0 < alpha ->
  0 < rho ->
  0 <= nu2 ->
  1 <= m ->
  1 <= d ->
  q_eigenvalue = q_eigenvalue_derived.
Proof.
  intros alpha rho nu2 m d q_eigenvalue q_eigenvalue_derived H1 H2 H3 H4 H5.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho) by (clear - H2; lra).
  assert (A3 : 0 <= nu2) by (clear - H3; lra).
  assert (A4 : 0 <= m - 1) by (clear - H4; lra).
  assert (A5 : 0 < m) by lra.
  assert (A6 : 0 <= d - 1) by (clear - H5; lra).
  assert (A7 : 0 < d) by lra.
  assert (E_q_eigenvalue_derived : q_eigenvalue_derived = q_eigenvalue).
  {
    subst q_eigenvalue_derived q_eigenvalue.
    field; nz.
  }
  clearbody q_eigenvalue_derived.
  subst q_eigenvalue_derived.
  subst q_eigenvalue.
  reflexivity.
Qed.

(* collins2022.moment-second
   E[Shat B Shat] = S B S + (S B S + tr(B S) S)/m for every symmetric B, dimension and sample count.
   Setting: S is the covariance of Gaussian inputs, B any symmetric matrix, in any dimension.
   Hypotheses: m > 0.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved by hand in Moments.v: second_moment, second_moment_symmetric; for every dimension and sample count,
   from Gaussian second moments and Isserlis' identity as assumptions. *)
(* collins2022.moment-isotropic-2
   The closed form of E[Shat^2] for the identity covariance.
   Hypotheses: m >= 1; m is an integer; d >= 1; d is an integer.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_moment_isotropic_2 :
  forall m d : R,
  let moment := 1 + 1 / m + d / m in
  1 <= m ->
  1 <= d ->
  moment = 1 + (1 + d) / m.
Proof.
  intros m d moment H1 H2.
  assert (A1 : 0 <= m - 1) by (clear - H1; lra).
  assert (A2 : 0 < m) by lra.
  assert (A3 : 0 <= d - 1) by (clear - H2; lra).
  assert (A4 : 0 < d) by lra.
  subst moment.
  field; nz.
Qed.

(* collins2022.moment-isotropic-3
   The closed form of E[Shat^3] for the identity covariance.
   Hypotheses: m >= 1; m is an integer; d >= 1; d is an integer.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_moment_isotropic_3 :
  forall m d : R,
  let moment := 1 + 3 / m + 4 / m ^ 2 + d ^ 2 / m ^ 2 + 3 * d / m + 3 * d / m ^ 2 in
  1 <= m ->
  1 <= d ->
  moment = 1 + (3 + 3 * d) / m + (4 + d ^ 2 + 3 * d) / m ^ 2.
Proof.
  intros m d moment H1 H2.
  assert (A1 : 0 <= m - 1) by (clear - H1; lra).
  assert (A2 : 0 < m) by lra.
  assert (A3 : 0 <= d - 1) by (clear - H2; lra).
  assert (A4 : 0 < d) by lra.
  subst moment.
  field; nz.
Qed.

(* collins2022.moment-isotropic-4
   The closed form of E[Shat^4] for the identity covariance.
   Hypotheses: m >= 1; m is an integer; d >= 1; d is an integer.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_moment_isotropic_4 :
  forall m d : R,
  let moment := 1 + 6 / m + 20 / m ^ 3 + 21 / m ^ 2 + d ^ 3 / m ^ 3 + 6 * d / m + 6 * d ^ 2 / m ^ 3 + 6 * d ^ 2
    / m ^ 2 + 17 * d / m ^ 2 + 21 * d / m ^ 3 in
  1 <= m ->
  1 <= d ->
  moment = 1 + (6 + 6 * d) / m + (20 + d ^ 3 + 6 * d ^ 2 + 21 * d) / m ^ 3 + (21 + 6 * d ^ 2 + 17 * d) / m ^ 2.
Proof.
  intros m d moment H1 H2.
  assert (A1 : 0 <= m - 1) by (clear - H1; lra).
  assert (A2 : 0 < m) by lra.
  assert (A3 : 0 <= d - 1) by (clear - H2; lra).
  assert (A4 : 0 < d) by lra.
  subst moment.
  field; nz.
Qed.

(* collins2022.adapted-error-1
   1 inner steps on one sample multiply the error by (I - alpha Shat)^1.
   Setting: S is the covariance of Gaussian inputs, B any symmetric matrix, in any dimension.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is an identity of noncommutative polynomials, which the exact rung expands; Coq has no
   tactic for those. *)
(* collins2022.adapted-error-2
   2 inner steps on one sample multiply the error by (I - alpha Shat)^2.
   Setting: S is the covariance of Gaussian inputs, B any symmetric matrix, in any dimension.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is an identity of noncommutative polynomials, which the exact rung expands; Coq has no
   tactic for those. *)
(* collins2022.adapted-error-3
   3 inner steps on one sample multiply the error by (I - alpha Shat)^3.
   Setting: S is the covariance of Gaussian inputs, B any symmetric matrix, in any dimension.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is an identity of noncommutative polynomials, which the exact rung expands; Coq has no
   tactic for those. *)
(* collins2022.adapted-error-4
   4 inner steps on one sample multiply the error by (I - alpha Shat)^4.
   Setting: S is the covariance of Gaussian inputs, B any symmetric matrix, in any dimension.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is an identity of noncommutative polynomials, which the exact rung expands; Coq has no
   tactic for those. *)
(* collins2022.noise-channel-1
   After 1 inner steps on one sample, label noise z adds a geometric sum applied to X'z/m.
   Setting: S is the covariance of Gaussian inputs, B any symmetric matrix, in any dimension.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is an identity of noncommutative polynomials, which the exact rung expands; Coq has no
   tactic for those. *)
(* collins2022.noise-channel-2
   After 2 inner steps on one sample, label noise z adds a geometric sum applied to X'z/m.
   Setting: S is the covariance of Gaussian inputs, B any symmetric matrix, in any dimension.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is an identity of noncommutative polynomials, which the exact rung expands; Coq has no
   tactic for those. *)
(* collins2022.noise-channel-3
   After 3 inner steps on one sample, label noise z adds a geometric sum applied to X'z/m.
   Setting: S is the covariance of Gaussian inputs, B any symmetric matrix, in any dimension.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is an identity of noncommutative polynomials, which the exact rung expands; Coq has no
   tactic for those. *)
(* collins2022.noise-channel-4
   After 4 inner steps on one sample, label noise z adds a geometric sum applied to X'z/m.
   Setting: S is the covariance of Gaussian inputs, B any symmetric matrix, in any dimension.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is an identity of noncommutative polynomials, which the exact rung expands; Coq has no
   tactic for those. *)
(* collins2022.curvature-one-step
   One inner step on m samples gives Q = (I - alpha S) S (I - alpha S) + (alpha^2/m)(tr(S^2) S + S^3).
   Setting: S is the covariance of Gaussian inputs, B any symmetric matrix, in any dimension.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved by hand in Moments.v: curvature_of_one_step; for every dimension and sample count, from Gaussian
   second moments and Isserlis' identity as assumptions. *)
(* collins2022.noise-floor-one-step
   One inner step on m samples adds the noise floor alpha^2 nu2 tr(S^2) / (2m).
   Setting: S is the covariance of Gaussian inputs, B any symmetric matrix, in any dimension.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is an identity of noncommutative polynomials, which the exact rung expands; Coq has no
   tactic for those. *)
(* collins2022.noise-floor-population
   The population gradient carries no label noise into the adapted risk.
   Setting: S is the covariance of Gaussian inputs, B any symmetric matrix, in any dimension.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is an identity of noncommutative polynomials, which the exact rung expands; Coq has no
   tactic for those. *)
(* collins2022.curvature-population-1
   1 steps along the population gradient give (I - alpha S)^1 S (I - alpha S)^1.
   Setting: S is the covariance of Gaussian inputs, B any symmetric matrix, in any dimension.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is an identity of noncommutative polynomials, which the exact rung expands; Coq has no
   tactic for those. *)
(* collins2022.curvature-population-2
   2 steps along the population gradient give (I - alpha S)^2 S (I - alpha S)^2.
   Setting: S is the covariance of Gaussian inputs, B any symmetric matrix, in any dimension.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is an identity of noncommutative polynomials, which the exact rung expands; Coq has no
   tactic for those. *)
(* collins2022.curvature-population-3
   3 steps along the population gradient give (I - alpha S)^3 S (I - alpha S)^3.
   Setting: S is the covariance of Gaussian inputs, B any symmetric matrix, in any dimension.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is an identity of noncommutative polynomials, which the exact rung expands; Coq has no
   tactic for those. *)
(* collins2022.curvature-population-4
   4 steps along the population gradient give (I - alpha S)^4 S (I - alpha S)^4.
   Setting: S is the covariance of Gaussian inputs, B any symmetric matrix, in any dimension.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is an identity of noncommutative polynomials, which the exact rung expands; Coq has no
   tactic for those. *)
(* collins2022.curvature-fresh-2
   After 2 inner steps on fresh samples the curvature is T applied 2 times to S.
   Setting: S is the covariance of Gaussian inputs, B any symmetric matrix, in any dimension.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is an identity of noncommutative polynomials, which the exact rung expands; Coq has no
   tactic for those. *)
(* collins2022.noise-floor-fresh-2
   Label noise on 2 fresh samples adds one trace per step.
   Setting: S is the covariance of Gaussian inputs, B any symmetric matrix, in any dimension.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is an identity of noncommutative polynomials, which the exact rung expands; Coq has no
   tactic for those. *)
(* collins2022.curvature-fresh-3
   After 3 inner steps on fresh samples the curvature is T applied 3 times to S.
   Setting: S is the covariance of Gaussian inputs, B any symmetric matrix, in any dimension.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is an identity of noncommutative polynomials, which the exact rung expands; Coq has no
   tactic for those. *)
(* collins2022.noise-floor-fresh-3
   Label noise on 3 fresh samples adds one trace per step.
   Setting: S is the covariance of Gaussian inputs, B any symmetric matrix, in any dimension.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is an identity of noncommutative polynomials, which the exact rung expands; Coq has no
   tactic for those. *)
(* collins2022.curvature-fresh-4
   After 4 inner steps on fresh samples the curvature is T applied 4 times to S.
   Setting: S is the covariance of Gaussian inputs, B any symmetric matrix, in any dimension.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is an identity of noncommutative polynomials, which the exact rung expands; Coq has no
   tactic for those. *)
(* collins2022.noise-floor-fresh-4
   Label noise on 4 fresh samples adds one trace per step.
   Setting: S is the covariance of Gaussian inputs, B any symmetric matrix, in any dimension.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is an identity of noncommutative polynomials, which the exact rung expands; Coq has no
   tactic for those. *)
(* collins2022.curvature-reused-2-one-dimension
   After 2 inner steps on one reused sample in one dimension, the curvature is a binomial sum of the moments of
   the sample covariance.
   Hypotheses: alpha > 0; rho > 0; nu2 >= 0; m >= 1; m is an integer.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_curvature_reused_2_one_dimension :
  forall alpha rho nu2 m : R,
  let Q := rho + alpha ^ 4 * rho ^ 5 - 4 * alpha * rho ^ 2 - 4 * alpha ^ 3 * rho ^ 4 + 6 * alpha ^ 2 * rho ^ 3 -
    32 * alpha ^ 3 * rho ^ 4 / m ^ 2 - 24 * alpha ^ 3 * rho ^ 4 / m + 12 * alpha ^ 2 * rho ^ 3 / m + 12 * alpha
    ^ 4 * rho ^ 5 / m + 44 * alpha ^ 4 * rho ^ 5 / m ^ 2 + 48 * alpha ^ 4 * rho ^ 5 / m ^ 3 in
  0 < alpha ->
  0 < rho ->
  0 <= nu2 ->
  1 <= m ->
  Q = rho * (1 - 4 * alpha * rho + 6 * alpha ^ 2 * rho ^ 2 * (1 + 2 / m) - 4 * alpha ^ 3 * rho ^ 3 * (1 + 2 / m)
    * (1 + 4 / m) + alpha ^ 4 * rho ^ 4 * (1 + 2 / m) * (1 + 4 / m) * (1 + 6 / m)).
Proof.
  intros alpha rho nu2 m Q H1 H2 H3 H4.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho) by (clear - H2; lra).
  assert (A3 : 0 <= nu2) by (clear - H3; lra).
  assert (A4 : 0 <= m - 1) by (clear - H4; lra).
  assert (A5 : 0 < m) by lra.
  subst Q.
  field; nz.
Qed.

(* collins2022.noise-floor-reused-2-one-dimension
   After 2 inner steps on one reused sample in one dimension, the noise floor is a binomial sum of the moments
   of the sample covariance.
   Hypotheses: alpha > 0; rho > 0; nu2 >= 0; m >= 1; m is an integer.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_noise_floor_reused_2_one_dimension :
  forall alpha rho nu2 m : R,
  let N := (1 / 2) * nu2 * alpha ^ 4 * rho ^ 4 / m - 4 * nu2 * alpha ^ 3 * rho ^ 3 / m ^ 2 - 2 * nu2 * alpha ^ 3
    * rho ^ 3 / m + 2 * nu2 * alpha ^ 2 * rho ^ 2 / m + 3 * nu2 * alpha ^ 4 * rho ^ 4 / m ^ 2 + 4 * nu2 * alpha
    ^ 4 * rho ^ 4 / m ^ 3 in
  0 < alpha ->
  0 < rho ->
  0 <= nu2 ->
  1 <= m ->
  N = (1 / 2) * nu2 * alpha ^ 2 * rho ^ 2 * (4 - 4 * alpha * rho * (1 + 2 / m) + alpha ^ 2 * rho ^ 2 * (1 + 2 /
    m) * (1 + 4 / m)) / m.
Proof.
  intros alpha rho nu2 m N H1 H2 H3 H4.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho) by (clear - H2; lra).
  assert (A3 : 0 <= nu2) by (clear - H3; lra).
  assert (A4 : 0 <= m - 1) by (clear - H4; lra).
  assert (A5 : 0 < m) by lra.
  subst N.
  field; nz.
Qed.

(* collins2022.curvature-reused-2-one-sample
   After 2 inner steps on one reused sample with a single sample, the curvature is a binomial sum of the
   moments of the sample covariance.
   Hypotheses: alpha > 0; rho > 0; nu2 >= 0; d >= 1; d is an integer.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_curvature_reused_2_one_sample :
  forall alpha rho nu2 d : R,
  let Q := rho - 32 * alpha ^ 3 * rho ^ 4 - 4 * alpha * rho ^ 2 + 12 * alpha ^ 2 * rho ^ 3 + 48 * alpha ^ 4 *
    rho ^ 5 + alpha ^ 4 * d ^ 3 * rho ^ 5 - 24 * d * alpha ^ 3 * rho ^ 4 - 4 * alpha ^ 3 * d ^ 2 * rho ^ 4 + 6 *
    d * alpha ^ 2 * rho ^ 3 + 12 * alpha ^ 4 * d ^ 2 * rho ^ 5 + 44 * d * alpha ^ 4 * rho ^ 5 in
  0 < alpha ->
  0 < rho ->
  0 <= nu2 ->
  1 <= d ->
  Q = rho * (1 - 4 * alpha * rho + 6 * alpha ^ 2 * rho ^ 2 * (2 + d) - 4 * alpha ^ 3 * rho ^ 3 * (2 + d) * (4 +
    d) + alpha ^ 4 * rho ^ 4 * (2 + d) * (4 + d) * (6 + d)).
Proof.
  intros alpha rho nu2 d Q H1 H2 H3 H4.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho) by (clear - H2; lra).
  assert (A3 : 0 <= nu2) by (clear - H3; lra).
  assert (A4 : 0 <= d - 1) by (clear - H4; lra).
  assert (A5 : 0 < d) by lra.
  subst Q.
  field; nz.
Qed.

(* collins2022.noise-floor-reused-2-one-sample
   After 2 inner steps on one reused sample with a single sample, the noise floor is a binomial sum of the
   moments of the sample covariance.
   Hypotheses: alpha > 0; rho > 0; nu2 >= 0; d >= 1; d is an integer.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_noise_floor_reused_2_one_sample :
  forall alpha rho nu2 d : R,
  let N := (1 / 2) * nu2 * alpha ^ 4 * d ^ 3 * rho ^ 4 - 4 * d * nu2 * alpha ^ 3 * rho ^ 3 - 2 * nu2 * alpha ^ 3
    * d ^ 2 * rho ^ 3 + 2 * d * nu2 * alpha ^ 2 * rho ^ 2 + 3 * nu2 * alpha ^ 4 * d ^ 2 * rho ^ 4 + 4 * d * nu2
    * alpha ^ 4 * rho ^ 4 in
  0 < alpha ->
  0 < rho ->
  0 <= nu2 ->
  1 <= d ->
  N = (1 / 2) * d * nu2 * alpha ^ 2 * rho ^ 2 * (4 - 4 * alpha * rho * (2 + d) + alpha ^ 2 * rho ^ 2 * (2 + d) *
    (4 + d)).
Proof.
  intros alpha rho nu2 d N H1 H2 H3 H4.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho) by (clear - H2; lra).
  assert (A3 : 0 <= nu2) by (clear - H3; lra).
  assert (A4 : 0 <= d - 1) by (clear - H4; lra).
  assert (A5 : 0 < d) by lra.
  subst N.
  field; nz.
Qed.

(* collins2022.curvature-reused-2-isotropic
   After 2 inner steps on one reused sample for an isotropic class, the curvature is a binomial sum of the
   moments of the sample covariance.
   Hypotheses: alpha > 0; rho > 0; nu2 >= 0; m >= 1; m is an integer; d >= 1; d is an integer.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_curvature_reused_2_isotropic :
  forall alpha rho nu2 m d : R,
  let Q := rho + alpha ^ 4 * rho ^ 5 - 4 * alpha * rho ^ 2 - 4 * alpha ^ 3 * rho ^ 4 + 6 * alpha ^ 2 * rho ^ 3 -
    16 * alpha ^ 3 * rho ^ 4 / m ^ 2 - 12 * alpha ^ 3 * rho ^ 4 / m + 6 * alpha ^ 2 * rho ^ 3 / m + 6 * alpha ^
    4 * rho ^ 5 / m + 20 * alpha ^ 4 * rho ^ 5 / m ^ 3 + 21 * alpha ^ 4 * rho ^ 5 / m ^ 2 + alpha ^ 4 * d ^ 3 *
    rho ^ 5 / m ^ 3 - 12 * d * alpha ^ 3 * rho ^ 4 / m - 12 * d * alpha ^ 3 * rho ^ 4 / m ^ 2 - 4 * alpha ^ 3 *
    d ^ 2 * rho ^ 4 / m ^ 2 + 6 * d * alpha ^ 2 * rho ^ 3 / m + 6 * d * alpha ^ 4 * rho ^ 5 / m + 6 * alpha ^ 4
    * d ^ 2 * rho ^ 5 / m ^ 3 + 6 * alpha ^ 4 * d ^ 2 * rho ^ 5 / m ^ 2 + 17 * d * alpha ^ 4 * rho ^ 5 / m ^ 2 +
    21 * d * alpha ^ 4 * rho ^ 5 / m ^ 3 in
  0 < alpha ->
  0 < rho ->
  0 <= nu2 ->
  1 <= m ->
  1 <= d ->
  Q = rho * (1 - 4 * alpha * rho + alpha ^ 4 * rho ^ 4 * (1 + (6 + 6 * d) / m + (20 + d ^ 3 + 6 * d ^ 2 + 21 *
    d) / m ^ 3 + (21 + 6 * d ^ 2 + 17 * d) / m ^ 2) - 4 * alpha ^ 3 * rho ^ 3 * (1 + (3 + 3 * d) / m + (4 + d ^
    2 + 3 * d) / m ^ 2) + 6 * alpha ^ 2 * rho ^ 2 * (1 + (1 + d) / m)).
Proof.
  intros alpha rho nu2 m d Q H1 H2 H3 H4 H5.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho) by (clear - H2; lra).
  assert (A3 : 0 <= nu2) by (clear - H3; lra).
  assert (A4 : 0 <= m - 1) by (clear - H4; lra).
  assert (A5 : 0 < m) by lra.
  assert (A6 : 0 <= d - 1) by (clear - H5; lra).
  assert (A7 : 0 < d) by lra.
  subst Q.
  field; nz.
Qed.

(* collins2022.noise-floor-reused-2-isotropic
   After 2 inner steps on one reused sample for an isotropic class, the noise floor is a binomial sum of the
   moments of the sample covariance.
   Hypotheses: alpha > 0; rho > 0; nu2 >= 0; m >= 1; m is an integer; d >= 1; d is an integer.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_noise_floor_reused_2_isotropic :
  forall alpha rho nu2 m d : R,
  let N := (1 / 2) * d * nu2 * alpha ^ 4 * rho ^ 4 / m + (1 / 2) * nu2 * alpha ^ 4 * d ^ 3 * rho ^ 4 / m ^ 3 - 2
    * d * nu2 * alpha ^ 3 * rho ^ 3 / m - 2 * d * nu2 * alpha ^ 3 * rho ^ 3 / m ^ 2 - 2 * nu2 * alpha ^ 3 * d ^
    2 * rho ^ 3 / m ^ 2 + 2 * d * nu2 * alpha ^ 2 * rho ^ 2 / m + 2 * d * nu2 * alpha ^ 4 * rho ^ 4 / m ^ 3 + (3
    / 2) * d * nu2 * alpha ^ 4 * rho ^ 4 / m ^ 2 + (3 / 2) * nu2 * alpha ^ 4 * d ^ 2 * rho ^ 4 / m ^ 3 + (3 / 2)
    * nu2 * alpha ^ 4 * d ^ 2 * rho ^ 4 / m ^ 2 in
  0 < alpha ->
  0 < rho ->
  0 <= nu2 ->
  1 <= m ->
  1 <= d ->
  N = (1 / 2) * d * nu2 * alpha ^ 2 * rho ^ 2 * (4 + alpha ^ 2 * rho ^ 2 * (1 + (3 + 3 * d) / m + (4 + d ^ 2 + 3
    * d) / m ^ 2) - 4 * alpha * rho * (1 + (1 + d) / m)) / m.
Proof.
  intros alpha rho nu2 m d N H1 H2 H3 H4 H5.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho) by (clear - H2; lra).
  assert (A3 : 0 <= nu2) by (clear - H3; lra).
  assert (A4 : 0 <= m - 1) by (clear - H4; lra).
  assert (A5 : 0 < m) by lra.
  assert (A6 : 0 <= d - 1) by (clear - H5; lra).
  assert (A7 : 0 < d) by lra.
  subst N.
  field; nz.
Qed.

(* collins2022.curvature-reused-3-one-dimension
   After 3 inner steps on one reused sample in one dimension, the curvature is a binomial sum of the moments of
   the sample covariance.
   Hypotheses: alpha > 0; rho > 0; nu2 >= 0; m >= 1; m is an integer.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_curvature_reused_3_one_dimension :
  forall alpha rho nu2 m : R,
  let Q := rho + alpha ^ 6 * rho ^ 7 - 20 * alpha ^ 3 * rho ^ 4 - 6 * alpha * rho ^ 2 - 6 * alpha ^ 5 * rho ^ 6
    + 15 * alpha ^ 2 * rho ^ 3 + 15 * alpha ^ 4 * rho ^ 5 - 2400 * alpha ^ 5 * rho ^ 6 / m ^ 3 - 2304 * alpha ^
    5 * rho ^ 6 / m ^ 4 - 840 * alpha ^ 5 * rho ^ 6 / m ^ 2 - 160 * alpha ^ 3 * rho ^ 4 / m ^ 2 - 120 * alpha ^
    3 * rho ^ 4 / m - 120 * alpha ^ 5 * rho ^ 6 / m + 30 * alpha ^ 2 * rho ^ 3 / m + 30 * alpha ^ 6 * rho ^ 7 /
    m + 180 * alpha ^ 4 * rho ^ 5 / m + 340 * alpha ^ 6 * rho ^ 7 / m ^ 2 + 660 * alpha ^ 4 * rho ^ 5 / m ^ 2 +
    720 * alpha ^ 4 * rho ^ 5 / m ^ 3 + 1800 * alpha ^ 6 * rho ^ 7 / m ^ 3 + 3840 * alpha ^ 6 * rho ^ 7 / m ^ 5
    + 4384 * alpha ^ 6 * rho ^ 7 / m ^ 4 in
  0 < alpha ->
  0 < rho ->
  0 <= nu2 ->
  1 <= m ->
  Q = rho * (1 - 6 * alpha * rho + 15 * alpha ^ 2 * rho ^ 2 * (1 + 2 / m) - 20 * alpha ^ 3 * rho ^ 3 * (1 + 2 /
    m) * (1 + 4 / m) + 15 * alpha ^ 4 * rho ^ 4 * (1 + 2 / m) * (1 + 4 / m) * (1 + 6 / m) - 6 * alpha ^ 5 * rho
    ^ 5 * (1 + 2 / m) * (1 + 4 / m) * (1 + 6 / m) * (1 + 8 / m) + alpha ^ 6 * rho ^ 6 * (1 + 2 / m) * (1 + 4 /
    m) * (1 + 6 / m) * (1 + 8 / m) * (1 + 10 / m)).
Proof.
  intros alpha rho nu2 m Q H1 H2 H3 H4.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho) by (clear - H2; lra).
  assert (A3 : 0 <= nu2) by (clear - H3; lra).
  assert (A4 : 0 <= m - 1) by (clear - H4; lra).
  assert (A5 : 0 < m) by lra.
  subst Q.
  field; nz.
Qed.

(* collins2022.noise-floor-reused-3-one-dimension
   After 3 inner steps on one reused sample in one dimension, the noise floor is a binomial sum of the moments
   of the sample covariance.
   Hypotheses: alpha > 0; rho > 0; nu2 >= 0; m >= 1; m is an integer.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_noise_floor_reused_3_one_dimension :
  forall alpha rho nu2 m : R,
  let N := (1 / 2) * nu2 * alpha ^ 6 * rho ^ 6 / m - 144 * nu2 * alpha ^ 5 * rho ^ 5 / m ^ 4 - 132 * nu2 * alpha
    ^ 5 * rho ^ 5 / m ^ 3 - 36 * nu2 * alpha ^ 5 * rho ^ 5 / m ^ 2 - 18 * nu2 * alpha ^ 3 * rho ^ 3 / m ^ 2 - 9
    * nu2 * alpha ^ 3 * rho ^ 3 / m - 3 * nu2 * alpha ^ 5 * rho ^ 5 / m + 10 * nu2 * alpha ^ 6 * rho ^ 6 / m ^ 2
    + 45 * nu2 * alpha ^ 4 * rho ^ 4 / m ^ 2 + 60 * nu2 * alpha ^ 4 * rho ^ 4 / m ^ 3 + 70 * nu2 * alpha ^ 6 *
    rho ^ 6 / m ^ 3 + 192 * nu2 * alpha ^ 6 * rho ^ 6 / m ^ 5 + 200 * nu2 * alpha ^ 6 * rho ^ 6 / m ^ 4 + (9 /
    2) * nu2 * alpha ^ 2 * rho ^ 2 / m + (15 / 2) * nu2 * alpha ^ 4 * rho ^ 4 / m in
  0 < alpha ->
  0 < rho ->
  0 <= nu2 ->
  1 <= m ->
  N = (1 / 2) * nu2 * alpha ^ 2 * rho ^ 2 * (9 - 18 * alpha * rho * (1 + 2 / m) + 15 * alpha ^ 2 * rho ^ 2 * (1
    + 2 / m) * (1 + 4 / m) - 6 * alpha ^ 3 * rho ^ 3 * (1 + 2 / m) * (1 + 4 / m) * (1 + 6 / m) + alpha ^ 4 * rho
    ^ 4 * (1 + 2 / m) * (1 + 4 / m) * (1 + 6 / m) * (1 + 8 / m)) / m.
Proof.
  intros alpha rho nu2 m N H1 H2 H3 H4.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho) by (clear - H2; lra).
  assert (A3 : 0 <= nu2) by (clear - H3; lra).
  assert (A4 : 0 <= m - 1) by (clear - H4; lra).
  assert (A5 : 0 < m) by lra.
  subst N.
  field; nz.
Qed.

(* collins2022.curvature-reused-3-one-sample
   After 3 inner steps on one reused sample with a single sample, the curvature is a binomial sum of the
   moments of the sample covariance.
   Hypotheses: alpha > 0; rho > 0; nu2 >= 0; d >= 1; d is an integer.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_curvature_reused_3_one_sample :
  forall alpha rho nu2 d : R,
  let Q := rho - 2304 * alpha ^ 5 * rho ^ 6 - 160 * alpha ^ 3 * rho ^ 4 - 6 * alpha * rho ^ 2 + 30 * alpha ^ 2 *
    rho ^ 3 + 720 * alpha ^ 4 * rho ^ 5 + 3840 * alpha ^ 6 * rho ^ 7 + alpha ^ 6 * d ^ 5 * rho ^ 7 - 2400 * d *
    alpha ^ 5 * rho ^ 6 - 840 * alpha ^ 5 * d ^ 2 * rho ^ 6 - 120 * d * alpha ^ 3 * rho ^ 4 - 120 * alpha ^ 5 *
    d ^ 3 * rho ^ 6 - 20 * alpha ^ 3 * d ^ 2 * rho ^ 4 - 6 * alpha ^ 5 * d ^ 4 * rho ^ 6 + 15 * d * alpha ^ 2 *
    rho ^ 3 + 15 * alpha ^ 4 * d ^ 3 * rho ^ 5 + 30 * alpha ^ 6 * d ^ 4 * rho ^ 7 + 180 * alpha ^ 4 * d ^ 2 *
    rho ^ 5 + 340 * alpha ^ 6 * d ^ 3 * rho ^ 7 + 660 * d * alpha ^ 4 * rho ^ 5 + 1800 * alpha ^ 6 * d ^ 2 * rho
    ^ 7 + 4384 * d * alpha ^ 6 * rho ^ 7 in
  0 < alpha ->
  0 < rho ->
  0 <= nu2 ->
  1 <= d ->
  Q = rho * (1 - 6 * alpha * rho + 15 * alpha ^ 2 * rho ^ 2 * (2 + d) - 20 * alpha ^ 3 * rho ^ 3 * (2 + d) * (4
    + d) + 15 * alpha ^ 4 * rho ^ 4 * (2 + d) * (4 + d) * (6 + d) - 6 * alpha ^ 5 * rho ^ 5 * (2 + d) * (4 + d)
    * (6 + d) * (8 + d) + alpha ^ 6 * rho ^ 6 * (2 + d) * (4 + d) * (6 + d) * (8 + d) * (10 + d)).
Proof.
  intros alpha rho nu2 d Q H1 H2 H3 H4.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho) by (clear - H2; lra).
  assert (A3 : 0 <= nu2) by (clear - H3; lra).
  assert (A4 : 0 <= d - 1) by (clear - H4; lra).
  assert (A5 : 0 < d) by lra.
  subst Q.
  field; nz.
Qed.

(* collins2022.noise-floor-reused-3-one-sample
   After 3 inner steps on one reused sample with a single sample, the noise floor is a binomial sum of the
   moments of the sample covariance.
   Hypotheses: alpha > 0; rho > 0; nu2 >= 0; d >= 1; d is an integer.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_noise_floor_reused_3_one_sample :
  forall alpha rho nu2 d : R,
  let N := (1 / 2) * nu2 * alpha ^ 6 * d ^ 5 * rho ^ 6 - 144 * d * nu2 * alpha ^ 5 * rho ^ 5 - 132 * nu2 * alpha
    ^ 5 * d ^ 2 * rho ^ 5 - 36 * nu2 * alpha ^ 5 * d ^ 3 * rho ^ 5 - 18 * d * nu2 * alpha ^ 3 * rho ^ 3 - 9 *
    nu2 * alpha ^ 3 * d ^ 2 * rho ^ 3 - 3 * nu2 * alpha ^ 5 * d ^ 4 * rho ^ 5 + 10 * nu2 * alpha ^ 6 * d ^ 4 *
    rho ^ 6 + 45 * nu2 * alpha ^ 4 * d ^ 2 * rho ^ 4 + 60 * d * nu2 * alpha ^ 4 * rho ^ 4 + 70 * nu2 * alpha ^ 6
    * d ^ 3 * rho ^ 6 + 192 * d * nu2 * alpha ^ 6 * rho ^ 6 + 200 * nu2 * alpha ^ 6 * d ^ 2 * rho ^ 6 + (9 / 2)
    * d * nu2 * alpha ^ 2 * rho ^ 2 + (15 / 2) * nu2 * alpha ^ 4 * d ^ 3 * rho ^ 4 in
  0 < alpha ->
  0 < rho ->
  0 <= nu2 ->
  1 <= d ->
  N = (1 / 2) * d * nu2 * alpha ^ 2 * rho ^ 2 * (9 - 18 * alpha * rho * (2 + d) + 15 * alpha ^ 2 * rho ^ 2 * (2
    + d) * (4 + d) - 6 * alpha ^ 3 * rho ^ 3 * (2 + d) * (4 + d) * (6 + d) + alpha ^ 4 * rho ^ 4 * (2 + d) * (4
    + d) * (6 + d) * (8 + d)).
Proof.
  intros alpha rho nu2 d N H1 H2 H3 H4.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho) by (clear - H2; lra).
  assert (A3 : 0 <= nu2) by (clear - H3; lra).
  assert (A4 : 0 <= d - 1) by (clear - H4; lra).
  assert (A5 : 0 < d) by lra.
  subst N.
  field; nz.
Qed.

(* collins2022.curvature-reused-4-one-dimension
   After 4 inner steps on one reused sample in one dimension, the curvature is a binomial sum of the moments of
   the sample covariance.
   Hypotheses: alpha > 0; rho > 0; nu2 >= 0; m >= 1; m is an integer.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_curvature_reused_4_one_dimension :
  forall alpha rho nu2 m : R,
  let Q := rho + alpha ^ 8 * rho ^ 9 - 56 * alpha ^ 3 * rho ^ 4 - 56 * alpha ^ 5 * rho ^ 6 - 8 * alpha * rho ^ 2
    - 8 * alpha ^ 7 * rho ^ 8 + 28 * alpha ^ 2 * rho ^ 3 + 28 * alpha ^ 6 * rho ^ 7 + 70 * alpha ^ 4 * rho ^ 5 -
    451584 * alpha ^ 7 * rho ^ 8 / m ^ 5 - 368640 * alpha ^ 7 * rho ^ 8 / m ^ 6 - 207872 * alpha ^ 7 * rho ^ 8 /
    m ^ 4 - 47040 * alpha ^ 7 * rho ^ 8 / m ^ 3 - 22400 * alpha ^ 5 * rho ^ 6 / m ^ 3 - 21504 * alpha ^ 5 * rho
    ^ 6 / m ^ 4 - 7840 * alpha ^ 5 * rho ^ 6 / m ^ 2 - 5600 * alpha ^ 7 * rho ^ 8 / m ^ 2 - 1120 * alpha ^ 5 *
    rho ^ 6 / m - 448 * alpha ^ 3 * rho ^ 4 / m ^ 2 - 336 * alpha ^ 3 * rho ^ 4 / m - 336 * alpha ^ 7 * rho ^ 8
    / m + 56 * alpha ^ 2 * rho ^ 3 / m + 56 * alpha ^ 8 * rho ^ 9 / m + 840 * alpha ^ 4 * rho ^ 5 / m + 840 *
    alpha ^ 6 * rho ^ 7 / m + 1288 * alpha ^ 8 * rho ^ 9 / m ^ 2 + 3080 * alpha ^ 4 * rho ^ 5 / m ^ 2 + 3360 *
    alpha ^ 4 * rho ^ 5 / m ^ 3 + 9520 * alpha ^ 6 * rho ^ 7 / m ^ 2 + 15680 * alpha ^ 8 * rho ^ 9 / m ^ 3 +
    50400 * alpha ^ 6 * rho ^ 7 / m ^ 3 + 107520 * alpha ^ 6 * rho ^ 7 / m ^ 5 + 108304 * alpha ^ 8 * rho ^ 9 /
    m ^ 4 + 122752 * alpha ^ 6 * rho ^ 7 / m ^ 4 + 420224 * alpha ^ 8 * rho ^ 9 / m ^ 5 + 645120 * alpha ^ 8 *
    rho ^ 9 / m ^ 7 + 836352 * alpha ^ 8 * rho ^ 9 / m ^ 6 in
  0 < alpha ->
  0 < rho ->
  0 <= nu2 ->
  1 <= m ->
  Q = rho * (1 - 8 * alpha * rho + 28 * alpha ^ 2 * rho ^ 2 * (1 + 2 / m) - 56 * alpha ^ 3 * rho ^ 3 * (1 + 2 /
    m) * (1 + 4 / m) + 70 * alpha ^ 4 * rho ^ 4 * (1 + 2 / m) * (1 + 4 / m) * (1 + 6 / m) - 56 * alpha ^ 5 * rho
    ^ 5 * (1 + 2 / m) * (1 + 4 / m) * (1 + 6 / m) * (1 + 8 / m) + 28 * alpha ^ 6 * rho ^ 6 * (1 + 2 / m) * (1 +
    4 / m) * (1 + 6 / m) * (1 + 8 / m) * (1 + 10 / m) - 8 * alpha ^ 7 * rho ^ 7 * (1 + 2 / m) * (1 + 4 / m) * (1
    + 6 / m) * (1 + 8 / m) * (1 + 10 / m) * (1 + 12 / m) + alpha ^ 8 * rho ^ 8 * (1 + 2 / m) * (1 + 4 / m) * (1
    + 6 / m) * (1 + 8 / m) * (1 + 10 / m) * (1 + 12 / m) * (1 + 14 / m)).
Proof.
  intros alpha rho nu2 m Q H1 H2 H3 H4.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho) by (clear - H2; lra).
  assert (A3 : 0 <= nu2) by (clear - H3; lra).
  assert (A4 : 0 <= m - 1) by (clear - H4; lra).
  assert (A5 : 0 < m) by lra.
  subst Q.
  field; nz.
Qed.

(* collins2022.noise-floor-reused-4-one-dimension
   After 4 inner steps on one reused sample in one dimension, the noise floor is a binomial sum of the moments
   of the sample covariance.
   Hypotheses: alpha > 0; rho > 0; nu2 >= 0; m >= 1; m is an integer.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_noise_floor_reused_4_one_dimension :
  forall alpha rho nu2 m : R,
  let N := (1 / 2) * nu2 * alpha ^ 8 * rho ^ 8 / m - 17536 * nu2 * alpha ^ 7 * rho ^ 7 / m ^ 5 - 15360 * nu2 *
    alpha ^ 7 * rho ^ 7 / m ^ 6 - 7200 * nu2 * alpha ^ 7 * rho ^ 7 / m ^ 4 - 1360 * nu2 * alpha ^ 7 * rho ^ 7 /
    m ^ 3 - 1344 * nu2 * alpha ^ 5 * rho ^ 5 / m ^ 4 - 1232 * nu2 * alpha ^ 5 * rho ^ 5 / m ^ 3 - 336 * nu2 *
    alpha ^ 5 * rho ^ 5 / m ^ 2 - 120 * nu2 * alpha ^ 7 * rho ^ 7 / m ^ 2 - 48 * nu2 * alpha ^ 3 * rho ^ 3 / m ^
    2 - 28 * nu2 * alpha ^ 5 * rho ^ 5 / m - 24 * nu2 * alpha ^ 3 * rho ^ 3 / m - 4 * nu2 * alpha ^ 7 * rho ^ 7
    / m + 8 * nu2 * alpha ^ 2 * rho ^ 2 / m + 14 * nu2 * alpha ^ 6 * rho ^ 6 / m + 21 * nu2 * alpha ^ 8 * rho ^
    8 / m ^ 2 + 34 * nu2 * alpha ^ 4 * rho ^ 4 / m + 204 * nu2 * alpha ^ 4 * rho ^ 4 / m ^ 2 + 272 * nu2 * alpha
    ^ 4 * rho ^ 4 / m ^ 3 + 280 * nu2 * alpha ^ 6 * rho ^ 6 / m ^ 2 + 350 * nu2 * alpha ^ 8 * rho ^ 8 / m ^ 3 +
    1960 * nu2 * alpha ^ 6 * rho ^ 6 / m ^ 3 + 2940 * nu2 * alpha ^ 8 * rho ^ 8 / m ^ 4 + 5376 * nu2 * alpha ^ 6
    * rho ^ 6 / m ^ 5 + 5600 * nu2 * alpha ^ 6 * rho ^ 6 / m ^ 4 + 12992 * nu2 * alpha ^ 8 * rho ^ 8 / m ^ 5 +
    23040 * nu2 * alpha ^ 8 * rho ^ 8 / m ^ 7 + 28224 * nu2 * alpha ^ 8 * rho ^ 8 / m ^ 6 in
  0 < alpha ->
  0 < rho ->
  0 <= nu2 ->
  1 <= m ->
  N = (1 / 2) * nu2 * alpha ^ 2 * rho ^ 2 * (16 - 48 * alpha * rho * (1 + 2 / m) + 68 * alpha ^ 2 * rho ^ 2 * (1
    + 2 / m) * (1 + 4 / m) - 56 * alpha ^ 3 * rho ^ 3 * (1 + 2 / m) * (1 + 4 / m) * (1 + 6 / m) + 28 * alpha ^ 4
    * rho ^ 4 * (1 + 2 / m) * (1 + 4 / m) * (1 + 6 / m) * (1 + 8 / m) - 8 * alpha ^ 5 * rho ^ 5 * (1 + 2 / m) *
    (1 + 4 / m) * (1 + 6 / m) * (1 + 8 / m) * (1 + 10 / m) + alpha ^ 6 * rho ^ 6 * (1 + 2 / m) * (1 + 4 / m) *
    (1 + 6 / m) * (1 + 8 / m) * (1 + 10 / m) * (1 + 12 / m)) / m.
Proof.
  intros alpha rho nu2 m N H1 H2 H3 H4.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho) by (clear - H2; lra).
  assert (A3 : 0 <= nu2) by (clear - H3; lra).
  assert (A4 : 0 <= m - 1) by (clear - H4; lra).
  assert (A5 : 0 < m) by lra.
  subst N.
  field; nz.
Qed.

(* collins2022.curvature-reused-4-one-sample
   After 4 inner steps on one reused sample with a single sample, the curvature is a binomial sum of the
   moments of the sample covariance.
   Hypotheses: alpha > 0; rho > 0; nu2 >= 0; d >= 1; d is an integer.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_curvature_reused_4_one_sample :
  forall alpha rho nu2 d : R,
  let Q := rho - 368640 * alpha ^ 7 * rho ^ 8 - 21504 * alpha ^ 5 * rho ^ 6 - 448 * alpha ^ 3 * rho ^ 4 - 8 *
    alpha * rho ^ 2 + 56 * alpha ^ 2 * rho ^ 3 + 3360 * alpha ^ 4 * rho ^ 5 + 107520 * alpha ^ 6 * rho ^ 7 +
    645120 * alpha ^ 8 * rho ^ 9 + alpha ^ 8 * d ^ 7 * rho ^ 9 - 451584 * d * alpha ^ 7 * rho ^ 8 - 207872 *
    alpha ^ 7 * d ^ 2 * rho ^ 8 - 47040 * alpha ^ 7 * d ^ 3 * rho ^ 8 - 22400 * d * alpha ^ 5 * rho ^ 6 - 7840 *
    alpha ^ 5 * d ^ 2 * rho ^ 6 - 5600 * alpha ^ 7 * d ^ 4 * rho ^ 8 - 1120 * alpha ^ 5 * d ^ 3 * rho ^ 6 - 336
    * d * alpha ^ 3 * rho ^ 4 - 336 * alpha ^ 7 * d ^ 5 * rho ^ 8 - 56 * alpha ^ 3 * d ^ 2 * rho ^ 4 - 56 *
    alpha ^ 5 * d ^ 4 * rho ^ 6 - 8 * alpha ^ 7 * d ^ 6 * rho ^ 8 + 28 * d * alpha ^ 2 * rho ^ 3 + 28 * alpha ^
    6 * d ^ 5 * rho ^ 7 + 56 * alpha ^ 8 * d ^ 6 * rho ^ 9 + 70 * alpha ^ 4 * d ^ 3 * rho ^ 5 + 840 * alpha ^ 4
    * d ^ 2 * rho ^ 5 + 840 * alpha ^ 6 * d ^ 4 * rho ^ 7 + 1288 * alpha ^ 8 * d ^ 5 * rho ^ 9 + 3080 * d *
    alpha ^ 4 * rho ^ 5 + 9520 * alpha ^ 6 * d ^ 3 * rho ^ 7 + 15680 * alpha ^ 8 * d ^ 4 * rho ^ 9 + 50400 *
    alpha ^ 6 * d ^ 2 * rho ^ 7 + 108304 * alpha ^ 8 * d ^ 3 * rho ^ 9 + 122752 * d * alpha ^ 6 * rho ^ 7 +
    420224 * alpha ^ 8 * d ^ 2 * rho ^ 9 + 836352 * d * alpha ^ 8 * rho ^ 9 in
  0 < alpha ->
  0 < rho ->
  0 <= nu2 ->
  1 <= d ->
  Q = rho * (1 - 8 * alpha * rho + 28 * alpha ^ 2 * rho ^ 2 * (2 + d) - 56 * alpha ^ 3 * rho ^ 3 * (2 + d) * (4
    + d) + 70 * alpha ^ 4 * rho ^ 4 * (2 + d) * (4 + d) * (6 + d) - 56 * alpha ^ 5 * rho ^ 5 * (2 + d) * (4 + d)
    * (6 + d) * (8 + d) + 28 * alpha ^ 6 * rho ^ 6 * (2 + d) * (4 + d) * (6 + d) * (8 + d) * (10 + d) - 8 *
    alpha ^ 7 * rho ^ 7 * (2 + d) * (4 + d) * (6 + d) * (8 + d) * (10 + d) * (12 + d) + alpha ^ 8 * rho ^ 8 * (2
    + d) * (4 + d) * (6 + d) * (8 + d) * (10 + d) * (12 + d) * (14 + d)).
Proof.
  intros alpha rho nu2 d Q H1 H2 H3 H4.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho) by (clear - H2; lra).
  assert (A3 : 0 <= nu2) by (clear - H3; lra).
  assert (A4 : 0 <= d - 1) by (clear - H4; lra).
  assert (A5 : 0 < d) by lra.
  subst Q.
  field; nz.
Qed.

(* collins2022.noise-floor-reused-4-one-sample
   After 4 inner steps on one reused sample with a single sample, the noise floor is a binomial sum of the
   moments of the sample covariance.
   Hypotheses: alpha > 0; rho > 0; nu2 >= 0; d >= 1; d is an integer.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_noise_floor_reused_4_one_sample :
  forall alpha rho nu2 d : R,
  let N := (1 / 2) * nu2 * alpha ^ 8 * d ^ 7 * rho ^ 8 - 17536 * nu2 * alpha ^ 7 * d ^ 2 * rho ^ 7 - 15360 * d *
    nu2 * alpha ^ 7 * rho ^ 7 - 7200 * nu2 * alpha ^ 7 * d ^ 3 * rho ^ 7 - 1360 * nu2 * alpha ^ 7 * d ^ 4 * rho
    ^ 7 - 1344 * d * nu2 * alpha ^ 5 * rho ^ 5 - 1232 * nu2 * alpha ^ 5 * d ^ 2 * rho ^ 5 - 336 * nu2 * alpha ^
    5 * d ^ 3 * rho ^ 5 - 120 * nu2 * alpha ^ 7 * d ^ 5 * rho ^ 7 - 48 * d * nu2 * alpha ^ 3 * rho ^ 3 - 28 *
    nu2 * alpha ^ 5 * d ^ 4 * rho ^ 5 - 24 * nu2 * alpha ^ 3 * d ^ 2 * rho ^ 3 - 4 * nu2 * alpha ^ 7 * d ^ 6 *
    rho ^ 7 + 8 * d * nu2 * alpha ^ 2 * rho ^ 2 + 14 * nu2 * alpha ^ 6 * d ^ 5 * rho ^ 6 + 21 * nu2 * alpha ^ 8
    * d ^ 6 * rho ^ 8 + 34 * nu2 * alpha ^ 4 * d ^ 3 * rho ^ 4 + 204 * nu2 * alpha ^ 4 * d ^ 2 * rho ^ 4 + 272 *
    d * nu2 * alpha ^ 4 * rho ^ 4 + 280 * nu2 * alpha ^ 6 * d ^ 4 * rho ^ 6 + 350 * nu2 * alpha ^ 8 * d ^ 5 *
    rho ^ 8 + 1960 * nu2 * alpha ^ 6 * d ^ 3 * rho ^ 6 + 2940 * nu2 * alpha ^ 8 * d ^ 4 * rho ^ 8 + 5376 * d *
    nu2 * alpha ^ 6 * rho ^ 6 + 5600 * nu2 * alpha ^ 6 * d ^ 2 * rho ^ 6 + 12992 * nu2 * alpha ^ 8 * d ^ 3 * rho
    ^ 8 + 23040 * d * nu2 * alpha ^ 8 * rho ^ 8 + 28224 * nu2 * alpha ^ 8 * d ^ 2 * rho ^ 8 in
  0 < alpha ->
  0 < rho ->
  0 <= nu2 ->
  1 <= d ->
  N = (1 / 2) * d * nu2 * alpha ^ 2 * rho ^ 2 * (16 - 48 * alpha * rho * (2 + d) + 68 * alpha ^ 2 * rho ^ 2 * (2
    + d) * (4 + d) - 56 * alpha ^ 3 * rho ^ 3 * (2 + d) * (4 + d) * (6 + d) + 28 * alpha ^ 4 * rho ^ 4 * (2 + d)
    * (4 + d) * (6 + d) * (8 + d) - 8 * alpha ^ 5 * rho ^ 5 * (2 + d) * (4 + d) * (6 + d) * (8 + d) * (10 + d) +
    alpha ^ 6 * rho ^ 6 * (2 + d) * (4 + d) * (6 + d) * (8 + d) * (10 + d) * (12 + d)).
Proof.
  intros alpha rho nu2 d N H1 H2 H3 H4.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho) by (clear - H2; lra).
  assert (A3 : 0 <= nu2) by (clear - H3; lra).
  assert (A4 : 0 <= d - 1) by (clear - H4; lra).
  assert (A5 : 0 < d) by lra.
  subst N.
  field; nz.
Qed.

(* collins2022.curvature-positive-definite
   After one inner step on a finite sample every class's curvature Q is positive definite, so MAML's optimum
   exists and is unique.
   Setting: S is the covariance of Gaussian inputs, B any symmetric matrix, in any dimension; S is positive
   definite.
   Hypotheses: alpha > 0; m > 0.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is an identity of noncommutative polynomials, which the exact rung expands; Coq has no
   tactic for those. *)
(* collins2022.population-curvature-singular-iff
   For the population gradient an eigenvalue of Q vanishes exactly when 1/alpha is the eigenvalue of S.
   Hypotheses: alpha > 0; rho > 0; nu2 >= 0; m >= 1; m is an integer; d >= 1; d is an integer.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_population_curvature_singular_iff :
  forall alpha rho nu2 m d : R,
  let q_eigenvalue := rho * (1 - alpha * rho) ^ 2 in
  0 < alpha ->
  0 < rho ->
  0 <= nu2 ->
  1 <= m ->
  1 <= d ->
  q_eigenvalue = 0 <-> rho = 1 / alpha.
Proof.
  intros alpha rho nu2 m d q_eigenvalue H1 H2 H3 H4 H5.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho) by (clear - H2; lra).
  assert (A3 : 0 <= nu2) by (clear - H3; lra).
  assert (A4 : 0 <= m - 1) by (clear - H4; lra).
  assert (A5 : 0 < m) by lra.
  assert (A6 : 0 <= d - 1) by (clear - H5; lra).
  assert (A7 : 0 < d) by lra.
  subst q_eigenvalue.
  apply (iff_eq _ _ _ _ (alpha ^ 2 * rho) 1); [cbn [pow]; field; nz | pos].
Qed.

(* collins2022.nal-optimum
   NAL's objective is stationary at E[S]^-1 E[S theta*], and nowhere else when E[S] is nonsingular.
   Setting: any mixture of task classes, in any dimension; E averages over tasks; H = E[Q] and Sbar = E[S] are
   nonsingular.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved by hand in Objective.v: stationary_iff_normal_equations, best_is_unique; for every mixture and
   dimension, with forms, means and expectations assumed bilinear and linear. *)
(* collins2022.maml-optimum
   MAML's objective is stationary at E[Q]^-1 E[Q theta*], and nowhere else when E[Q] is nonsingular.
   Setting: any mixture of task classes, in any dimension; E averages over tasks; H = E[Q] and Sbar = E[S] are
   nonsingular.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved by hand in Objective.v: stationary_iff_normal_equations, best_is_unique; for every mixture and
   dimension, with forms, means and expectations assumed bilinear and linear. *)
(* collins2022.nal-descent
   Stochastic gradient descent on single tasks reaches E[S]^-1 E[S theta*].
   Setting: any mixture of task classes, in any dimension; E averages over tasks.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is about a random process that is only simulated. *)
(* collins2022.maml-descent
   MAML's stochastic gradient descent with one inner step reaches E[Q]^-1 E[Q theta*].
   Setting: any mixture of task classes, in any dimension; E averages over tasks.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is about a random process that is only simulated. *)
(* collins2022.risk-decomposition
   The excess risk at theta is the risk at MAML's optimum plus half the squared distance to it in E[Q].
   Setting: any mixture of task classes, in any dimension; E averages over tasks; H = E[Q] and Sbar = E[S] are
   nonsingular.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved by hand in Objective.v: risk_decomposition, stationary_is_best; for every mixture and dimension, with
   forms, means and expectations assumed bilinear and linear. *)
(* collins2022.gain-squared-distance
   The gain is half the squared distance between the two optima in E[Q], hence zero where they agree and
   nowhere else when E[Q] is positive definite.
   Setting: any mixture of task classes, in any dimension; E averages over tasks; H = E[Q] and Sbar = E[S] are
   nonsingular.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved by hand in Objective.v: gain_is_a_squared_distance, gain_nonnegative, gain_zero_iff_same_optimum; for
   every mixture and dimension, with forms, means and expectations assumed bilinear and linear. *)
(* collins2022.gain-nonnegative
   MAML never does worse than NAL.
   Hypotheses: alpha > 0; rho_H > 0; rho_E > rho_H; p > 0; p < 1; R2 >= 0; V_E >= 0; V_H >= 0; nu2_E >= 0;
   nu2_H >= 0; m >= 1; m is an integer; d >= 1; d is an integer.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_gain_nonnegative :
  forall alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d : R,
  let q := 1 - p in
  let kappa := 1 + (1 + d) / m in
  let s_E := 1 - 2 * alpha * rho_E + kappa * alpha ^ 2 * rho_E ^ 2 in
  let s_H := 1 - 2 * alpha * rho_H + kappa * alpha ^ 2 * rho_H ^ 2 in
  let w_E := q * rho_E * s_E in
  let w_H := p * rho_H * s_H in
  let v_E := q * rho_E in
  let v_H := p * rho_H in
  let omega_MAML := w_E / (w_E + w_H) in
  let omega_NAL := v_E / (v_E + v_H) in
  let gain := (1 / 2) * R2 * (omega_NAL - omega_MAML) ^ 2 * (w_E + w_H) in
  0 < alpha ->
  0 < rho_H ->
  rho_H < rho_E ->
  0 < p ->
  p < 1 ->
  0 <= R2 ->
  0 <= V_E ->
  0 <= V_H ->
  0 <= nu2_E ->
  0 <= nu2_H ->
  1 <= m ->
  1 <= d ->
  0 <= gain.
Proof.
  intros alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d q kappa s_E s_H w_E w_H v_E v_H omega_MAML omega_NAL
    gain H1 H2 H3 H4 H5 H6 H7 H8 H9 H10 H11 H12.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho_H) by (clear - H2; lra).
  assert (A3 : 0 < - rho_H + rho_E) by (clear - H3; lra).
  assert (A4 : 0 < rho_E) by lra.
  assert (A5 : 0 < p) by (clear - H4; lra).
  assert (A6 : 0 < - p + 1) by (clear - H5; lra).
  assert (A7 : 0 <= R2) by (clear - H6; lra).
  assert (A8 : 0 <= V_E) by (clear - H7; lra).
  assert (A9 : 0 <= V_H) by (clear - H8; lra).
  assert (A10 : 0 <= nu2_E) by (clear - H9; lra).
  assert (A11 : 0 <= nu2_H) by (clear - H10; lra).
  assert (A12 : 0 <= m - 1) by (clear - H11; lra).
  assert (A13 : 0 < m) by lra.
  assert (A14 : 0 <= d - 1) by (clear - H12; lra).
  assert (A15 : 0 < d) by lra.
  assert (P_q : 0 < q).
  {
    subst q.
    assert (A16 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A6]).
    apply (lt_by_diff _ _ ((- p + 1))); [field; nz | pos].
  }
  assert (P_s_E : 0 < s_E).
  {
    subst s_E kappa.
    try change (1 - p) with q.
    assert (A17 : 0 < alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 * alpha
      * rho_E * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^
      2 * rho_E ^ 2 - 2 * alpha * rho_E * m + m) (rho_E ^ 2 * m + rho_E ^ 2 * d + rho_E ^ 2) (- 2 * rho_E * m)
      (m) (alpha) (4 * (d + 1) * (rho_E) ^ 2 * (m))); [ring | ring | replace (rho_E ^ 2 * m + rho_E ^ 2 * d +
      rho_E ^ 2) with ((rho_E) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 *
      alpha * rho_E * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_s_H : 0 < s_H).
  {
    subst s_H kappa.
    try change (1 - p) with q.
    assert (A18 : 0 < alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 * alpha
      * rho_H * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^
      2 * rho_H ^ 2 - 2 * alpha * rho_H * m + m) (rho_H ^ 2 * m + rho_H ^ 2 * d + rho_H ^ 2) (- 2 * rho_H * m)
      (m) (alpha) (4 * (rho_H) ^ 2 * (d + 1) * (m))); [ring | ring | replace (rho_H ^ 2 * m + rho_H ^ 2 * d +
      rho_H ^ 2) with ((rho_H) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 *
      alpha * rho_H * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_w_E : 0 < w_E).
  {
    subst w_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q * s_E)); [field; nz | pos].
  }
  assert (P_w_H : 0 < w_H).
  {
    subst w_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p * s_H)); [field; nz | pos].
  }
  assert (P_v_E : 0 < v_E).
  {
    subst v_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q)); [field; nz | pos].
  }
  assert (P_v_H : 0 < v_H).
  {
    subst v_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p)); [field; nz | pos].
  }
  subst gain omega_NAL omega_MAML kappa.
  try change (1 - p) with q.
  clearbody v_H v_E w_H w_E s_H s_E q.
  assert (A19 : 0 <= R2) by (apply (le_from_product (R2) (1) (R2)); [ring | pos | exact A7]).
  apply (le_by_diff _ _ (((1 / 2) * (w_E * v_H - w_H * v_E) ^ 2 * (R2)) / ((w_E + w_H) * (v_E + v_H) ^ 2)));
    [field; nz | pos].
Qed.

(* collins2022.same-covariance-no-gain
   If every class has the same covariance, MAML gains nothing over NAL, whatever the geography.
   Setting: any mixture of task classes, in any dimension; E averages over tasks; H = E[Q] and Sbar = E[S] are
   nonsingular; S, hence Q, is the same for every task, so E[S theta*] = Sbar E[theta*], E[Q theta*] = H
   E[theta*].
   Source: abstract: L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape Affect MAML
   Performance?, arXiv 2010.14672, abstract (i: only if the tasks differ in hardness).
   Proved by hand in Objective.v: same_covariance_no_gain; for every mixture and dimension, with forms, means
   and expectations assumed bilinear and linear. *)
(* collins2022.same-centre-no-gain
   If every class has the same centre, MAML gains nothing over NAL, whatever the hardness.
   Setting: any mixture of task classes, in any dimension; E averages over tasks; H = E[Q] and Sbar = E[S] are
   nonsingular; theta* has mean c in every class, so E[S theta*] = Sbar c, E[Q theta*] = H c.
   Source: abstract: L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape Affect MAML
   Performance?, arXiv 2010.14672, abstract (ii: only if the centres of hard and easy tasks are far apart).
   Proved by hand in Objective.v: same_centre_no_gain; for every mixture and dimension, with forms, means and
   expectations assumed bilinear and linear. *)
(* collins2022.small-steps-optimum
   As the inner step size tends to 0, MAML's optimum tends to NAL's.
   Hypotheses: alpha > 0; rho_H > 0; rho_E > rho_H; p > 0; p < 1; R2 >= 0; V_E >= 0; V_H >= 0; nu2_E >= 0;
   nu2_H >= 0; m >= 1; m is an integer; d >= 1; d is an integer.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is a limit, of which no epsilon proof is generated; the exact rung settles it. *)
(* collins2022.small-steps-gain
   For small inner steps the gain is alpha^2 times a constant, for two isotropic classes.
   Hypotheses: alpha > 0; rho_H > 0; rho_E > rho_H; p > 0; p < 1; R2 >= 0; V_E >= 0; V_H >= 0; nu2_E >= 0;
   nu2_H >= 0; m >= 1; m is an integer; d >= 1; d is an integer.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is a limit, of which no epsilon proof is generated; the exact rung settles it. *)
(* collins2022.small-steps-gain-matrix
   For small inner steps the gain is 2 alpha^2 ||E[S^2 (theta* - theta_NAL)]||^2 in E[S]^-1.
   Setting: any mixture of task classes, in any dimension; E averages over tasks; H = E[Q] and Sbar = E[S] are
   nonsingular.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is an identity of noncommutative polynomials, which the exact rung expands; Coq has no
   tactic for those. *)
(* collins2022.gain-isotropic
   The closed form of the gain on two isotropic classes.
   Hypotheses: alpha > 0; rho_H > 0; rho_E > rho_H; p > 0; p < 1; R2 >= 0; V_E >= 0; V_H >= 0; nu2_E >= 0;
   nu2_H >= 0; m >= 1; m is an integer; d >= 1; d is an integer.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_gain_isotropic :
  forall alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d : R,
  let q := 1 - p in
  let kappa := 1 + (1 + d) / m in
  let s_E := 1 - 2 * alpha * rho_E + kappa * alpha ^ 2 * rho_E ^ 2 in
  let s_H := 1 - 2 * alpha * rho_H + kappa * alpha ^ 2 * rho_H ^ 2 in
  let w_E := q * rho_E * s_E in
  let w_H := p * rho_H * s_H in
  let v_E := q * rho_E in
  let v_H := p * rho_H in
  let Q_E := rho_E + alpha ^ 2 * rho_E ^ 3 - 2 * alpha * rho_E ^ 2 + alpha ^ 2 * rho_E ^ 3 / m + d * alpha ^ 2 *
    rho_E ^ 3 / m in
  let Q_H := rho_H + alpha ^ 2 * rho_H ^ 3 - 2 * alpha * rho_H ^ 2 + alpha ^ 2 * rho_H ^ 3 / m + d * alpha ^ 2 *
    rho_H ^ 3 / m in
  let gain := (1 / 2) * Q_E * (1 - p) * (V_E + R2 * (1 - rho_E * (1 - p) / (p * rho_H + rho_E * (1 - p))) ^ 2) +
    (1 / 2) * Q_H * p * (V_H + R2 * rho_E ^ 2 * (1 - p) ^ 2 / (p * rho_H + rho_E * (1 - p)) ^ 2) - (1 / 2) * Q_E
    * (1 - p) * (V_E + R2 * (1 - Q_E * (1 - p) / (Q_E * (1 - p) + Q_H * p)) ^ 2) - (1 / 2) * Q_H * p * (V_H + R2
    * Q_E ^ 2 * (1 - p) ^ 2 / (Q_E * (1 - p) + Q_H * p) ^ 2) in
  0 < alpha ->
  0 < rho_H ->
  rho_H < rho_E ->
  0 < p ->
  p < 1 ->
  0 <= R2 ->
  0 <= V_E ->
  0 <= V_H ->
  0 <= nu2_E ->
  0 <= nu2_H ->
  1 <= m ->
  1 <= d ->
  gain = R2 * p ^ 2 * rho_E ^ 2 * rho_H ^ 2 * (1 - p) ^ 2 * (s_E - s_H) ^ 2 / (v_E + v_H) ^ 2 / (2 * w_E + 2 *
    w_H).
Proof.
  intros alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d q kappa s_E s_H w_E w_H v_E v_H Q_E Q_H gain H1 H2 H3 H4
    H5 H6 H7 H8 H9 H10 H11 H12.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho_H) by (clear - H2; lra).
  assert (A3 : 0 < - rho_H + rho_E) by (clear - H3; lra).
  assert (A4 : 0 < rho_E) by lra.
  assert (A5 : 0 < p) by (clear - H4; lra).
  assert (A6 : 0 < - p + 1) by (clear - H5; lra).
  assert (A7 : 0 <= R2) by (clear - H6; lra).
  assert (A8 : 0 <= V_E) by (clear - H7; lra).
  assert (A9 : 0 <= V_H) by (clear - H8; lra).
  assert (A10 : 0 <= nu2_E) by (clear - H9; lra).
  assert (A11 : 0 <= nu2_H) by (clear - H10; lra).
  assert (A12 : 0 <= m - 1) by (clear - H11; lra).
  assert (A13 : 0 < m) by lra.
  assert (A14 : 0 <= d - 1) by (clear - H12; lra).
  assert (A15 : 0 < d) by lra.
  assert (P_q : 0 < q).
  {
    subst q.
    assert (A16 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A6]).
    apply (lt_by_diff _ _ ((- p + 1))); [field; nz | pos].
  }
  assert (P_s_E : 0 < s_E).
  {
    subst s_E kappa.
    try change (1 - p) with q.
    assert (A17 : 0 < alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 * alpha
      * rho_E * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^
      2 * rho_E ^ 2 - 2 * alpha * rho_E * m + m) (rho_E ^ 2 * m + rho_E ^ 2 * d + rho_E ^ 2) (- 2 * rho_E * m)
      (m) (alpha) (4 * (d + 1) * (rho_E) ^ 2 * (m))); [ring | ring | replace (rho_E ^ 2 * m + rho_E ^ 2 * d +
      rho_E ^ 2) with ((rho_E) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 *
      alpha * rho_E * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_s_H : 0 < s_H).
  {
    subst s_H kappa.
    try change (1 - p) with q.
    assert (A18 : 0 < alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 * alpha
      * rho_H * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^
      2 * rho_H ^ 2 - 2 * alpha * rho_H * m + m) (rho_H ^ 2 * m + rho_H ^ 2 * d + rho_H ^ 2) (- 2 * rho_H * m)
      (m) (alpha) (4 * (rho_H) ^ 2 * (d + 1) * (m))); [ring | ring | replace (rho_H ^ 2 * m + rho_H ^ 2 * d +
      rho_H ^ 2) with ((rho_H) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 *
      alpha * rho_H * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_w_E : 0 < w_E).
  {
    subst w_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q * s_E)); [field; nz | pos].
  }
  assert (P_w_H : 0 < w_H).
  {
    subst w_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p * s_H)); [field; nz | pos].
  }
  assert (P_v_E : 0 < v_E).
  {
    subst v_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q)); [field; nz | pos].
  }
  assert (P_v_H : 0 < v_H).
  {
    subst v_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p)); [field; nz | pos].
  }
  assert (E_Q_E : Q_E = rho_E * s_E).
  {
    subst Q_E v_H v_E w_H w_E s_H s_E kappa q.
    field; nz.
  }
  clearbody Q_E.
  subst Q_E.
  assert (E_Q_H : Q_H = rho_H * s_H).
  {
    subst Q_H v_H v_E w_H w_E s_H s_E kappa q.
    field; nz.
  }
  clearbody Q_H.
  subst Q_H.
  subst gain v_H v_E w_H w_E kappa.
  try change (1 - p) with q.
  clearbody s_H s_E q.
  field; nz.
Qed.

(* collins2022.gain-zero-iff
   The gain is zero exactly when the centres coincide or both classes shrink by the same factor.
   Hypotheses: alpha > 0; rho_H > 0; rho_E > rho_H; p > 0; p < 1; R2 >= 0; V_E >= 0; V_H >= 0; nu2_E >= 0;
   nu2_H >= 0; m >= 1; m is an integer; d >= 1; d is an integer.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_gain_zero_iff :
  forall alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d : R,
  let q := 1 - p in
  let kappa := 1 + (1 + d) / m in
  let s_E := 1 - 2 * alpha * rho_E + kappa * alpha ^ 2 * rho_E ^ 2 in
  let s_H := 1 - 2 * alpha * rho_H + kappa * alpha ^ 2 * rho_H ^ 2 in
  let w_E := q * rho_E * s_E in
  let w_H := p * rho_H * s_H in
  let v_E := q * rho_E in
  let v_H := p * rho_H in
  let omega_MAML := w_E / (w_E + w_H) in
  let omega_NAL := v_E / (v_E + v_H) in
  let gain := (1 / 2) * R2 * (omega_NAL - omega_MAML) ^ 2 * (w_E + w_H) in
  0 < alpha ->
  0 < rho_H ->
  rho_H < rho_E ->
  0 < p ->
  p < 1 ->
  0 <= R2 ->
  0 <= V_E ->
  0 <= V_H ->
  0 <= nu2_E ->
  0 <= nu2_H ->
  1 <= m ->
  1 <= d ->
  gain = 0 <-> (R2 = 0 \/ s_E = s_H).
Proof.
  intros alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d q kappa s_E s_H w_E w_H v_E v_H omega_MAML omega_NAL
    gain H1 H2 H3 H4 H5 H6 H7 H8 H9 H10 H11 H12.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho_H) by (clear - H2; lra).
  assert (A3 : 0 < - rho_H + rho_E) by (clear - H3; lra).
  assert (A4 : 0 < rho_E) by lra.
  assert (A5 : 0 < p) by (clear - H4; lra).
  assert (A6 : 0 < - p + 1) by (clear - H5; lra).
  assert (A7 : 0 <= R2) by (clear - H6; lra).
  assert (A8 : 0 <= V_E) by (clear - H7; lra).
  assert (A9 : 0 <= V_H) by (clear - H8; lra).
  assert (A10 : 0 <= nu2_E) by (clear - H9; lra).
  assert (A11 : 0 <= nu2_H) by (clear - H10; lra).
  assert (A12 : 0 <= m - 1) by (clear - H11; lra).
  assert (A13 : 0 < m) by lra.
  assert (A14 : 0 <= d - 1) by (clear - H12; lra).
  assert (A15 : 0 < d) by lra.
  assert (P_q : 0 < q).
  {
    subst q.
    assert (A16 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A6]).
    apply (lt_by_diff _ _ ((- p + 1))); [field; nz | pos].
  }
  assert (P_s_E : 0 < s_E).
  {
    subst s_E kappa.
    try change (1 - p) with q.
    assert (A17 : 0 < alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 * alpha
      * rho_E * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^
      2 * rho_E ^ 2 - 2 * alpha * rho_E * m + m) (rho_E ^ 2 * m + rho_E ^ 2 * d + rho_E ^ 2) (- 2 * rho_E * m)
      (m) (alpha) (4 * (d + 1) * (rho_E) ^ 2 * (m))); [ring | ring | replace (rho_E ^ 2 * m + rho_E ^ 2 * d +
      rho_E ^ 2) with ((rho_E) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 *
      alpha * rho_E * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_s_H : 0 < s_H).
  {
    subst s_H kappa.
    try change (1 - p) with q.
    assert (A18 : 0 < alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 * alpha
      * rho_H * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^
      2 * rho_H ^ 2 - 2 * alpha * rho_H * m + m) (rho_H ^ 2 * m + rho_H ^ 2 * d + rho_H ^ 2) (- 2 * rho_H * m)
      (m) (alpha) (4 * (rho_H) ^ 2 * (d + 1) * (m))); [ring | ring | replace (rho_H ^ 2 * m + rho_H ^ 2 * d +
      rho_H ^ 2) with ((rho_H) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 *
      alpha * rho_H * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_w_E : 0 < w_E).
  {
    subst w_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q * s_E)); [field; nz | pos].
  }
  assert (P_w_H : 0 < w_H).
  {
    subst w_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p * s_H)); [field; nz | pos].
  }
  assert (P_v_E : 0 < v_E).
  {
    subst v_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q)); [field; nz | pos].
  }
  assert (P_v_H : 0 < v_H).
  {
    subst v_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p)); [field; nz | pos].
  }
  subst gain omega_NAL omega_MAML v_H v_E w_H w_E kappa.
  try change (1 - p) with q.
  clearbody s_H s_E q.
  apply (iff_eq_or _ _ _ _ _ _ (((1 / 2) * rho_H ^ 2 * rho_E ^ 2 * p ^ 2 * q ^ 2) / ((rho_H * p + rho_E * q) ^ 2
    * (rho_H * p * s_H + rho_E * q * s_E))) 0 1); [cbn [pow]; field; nz | pos].
Qed.

(* collins2022.hard-tilt-iff
   MAML moves towards the hard centre exactly when alpha (rho_E + rho_H)(1 + (d+1)/m) < 2.
   Hypotheses: alpha > 0; rho_H > 0; rho_E > rho_H; p > 0; p < 1; R2 >= 0; V_E >= 0; V_H >= 0; nu2_E >= 0;
   nu2_H >= 0; m >= 1; m is an integer; d >= 1; d is an integer.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_hard_tilt_iff :
  forall alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d : R,
  let q := 1 - p in
  let kappa := 1 + (1 + d) / m in
  let s_E := 1 - 2 * alpha * rho_E + kappa * alpha ^ 2 * rho_E ^ 2 in
  let s_H := 1 - 2 * alpha * rho_H + kappa * alpha ^ 2 * rho_H ^ 2 in
  let w_E := q * rho_E * s_E in
  let w_H := p * rho_H * s_H in
  let v_E := q * rho_E in
  let v_H := p * rho_H in
  let omega_MAML := w_E / (w_E + w_H) in
  let omega_NAL := v_E / (v_E + v_H) in
  0 < alpha ->
  0 < rho_H ->
  rho_H < rho_E ->
  0 < p ->
  p < 1 ->
  0 <= R2 ->
  0 <= V_E ->
  0 <= V_H ->
  0 <= nu2_E ->
  0 <= nu2_H ->
  1 <= m ->
  1 <= d ->
  omega_MAML < omega_NAL <-> alpha * (1 + (1 + d) / m) * (rho_E + rho_H) < 2.
Proof.
  intros alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d q kappa s_E s_H w_E w_H v_E v_H omega_MAML omega_NAL H1
    H2 H3 H4 H5 H6 H7 H8 H9 H10 H11 H12.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho_H) by (clear - H2; lra).
  assert (A3 : 0 < - rho_H + rho_E) by (clear - H3; lra).
  assert (A4 : 0 < rho_E) by lra.
  assert (A5 : 0 < p) by (clear - H4; lra).
  assert (A6 : 0 < - p + 1) by (clear - H5; lra).
  assert (A7 : 0 <= R2) by (clear - H6; lra).
  assert (A8 : 0 <= V_E) by (clear - H7; lra).
  assert (A9 : 0 <= V_H) by (clear - H8; lra).
  assert (A10 : 0 <= nu2_E) by (clear - H9; lra).
  assert (A11 : 0 <= nu2_H) by (clear - H10; lra).
  assert (A12 : 0 <= m - 1) by (clear - H11; lra).
  assert (A13 : 0 < m) by lra.
  assert (A14 : 0 <= d - 1) by (clear - H12; lra).
  assert (A15 : 0 < d) by lra.
  assert (P_q : 0 < q).
  {
    subst q.
    assert (A16 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A6]).
    apply (lt_by_diff _ _ ((- p + 1))); [field; nz | pos].
  }
  assert (P_s_E : 0 < s_E).
  {
    subst s_E kappa.
    try change (1 - p) with q.
    assert (A17 : 0 < alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 * alpha
      * rho_E * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^
      2 * rho_E ^ 2 - 2 * alpha * rho_E * m + m) (rho_E ^ 2 * m + rho_E ^ 2 * d + rho_E ^ 2) (- 2 * rho_E * m)
      (m) (alpha) (4 * (d + 1) * (rho_E) ^ 2 * (m))); [ring | ring | replace (rho_E ^ 2 * m + rho_E ^ 2 * d +
      rho_E ^ 2) with ((rho_E) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 *
      alpha * rho_E * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_s_H : 0 < s_H).
  {
    subst s_H kappa.
    try change (1 - p) with q.
    assert (A18 : 0 < alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 * alpha
      * rho_H * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^
      2 * rho_H ^ 2 - 2 * alpha * rho_H * m + m) (rho_H ^ 2 * m + rho_H ^ 2 * d + rho_H ^ 2) (- 2 * rho_H * m)
      (m) (alpha) (4 * (rho_H) ^ 2 * (d + 1) * (m))); [ring | ring | replace (rho_H ^ 2 * m + rho_H ^ 2 * d +
      rho_H ^ 2) with ((rho_H) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 *
      alpha * rho_H * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_w_E : 0 < w_E).
  {
    subst w_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q * s_E)); [field; nz | pos].
  }
  assert (P_w_H : 0 < w_H).
  {
    subst w_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p * s_H)); [field; nz | pos].
  }
  assert (P_v_E : 0 < v_E).
  {
    subst v_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q)); [field; nz | pos].
  }
  assert (P_v_H : 0 < v_H).
  {
    subst v_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p)); [field; nz | pos].
  }
  subst omega_NAL omega_MAML v_H v_E w_H w_E s_H s_E kappa q.
  assert (A55 : 0 <= m - 1) by (apply (le_from_product (m - 1) (1) (m - 1)); [ring | pos | exact A12]).
  assert (A56 : 0 <= ((m - 1))) by pos.
  assert (A57 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A14]).
  assert (A58 : 0 <= ((d - 1))) by pos.
  assert (A59 : 0 < - rho_H + rho_E) by (apply (lt_from_product (- rho_H + rho_E) (1) (- rho_H + rho_E)); [ring
    | pos | exact A3]).
  assert (A60 : 0 < ((- rho_H + rho_E))) by pos.
  assert (A61 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A6]).
  assert (A62 : 0 < (((- p + 1)) / (p))) by pos.
  assert (A63 : 0 < rho_H ^ 2 * rho_H * p - rho_E ^ 2 * rho_E * p + rho_E ^ 2 * rho_E) by (replace (rho_H ^ 2 *
    rho_H * p - rho_E ^ 2 * rho_E * p + rho_E ^ 2 * rho_E) with ((p) * ((rho_H ^ 2 * rho_H * (((- p + 1)) / (p))
    + rho_H ^ 2 * rho_H + 3 * rho_H ^ 2 * ((- rho_H + rho_E)) * (((- p + 1)) / (p)) + 3 * rho_H * ((- rho_H +
    rho_E)) ^ 2 * (((- p + 1)) / (p)) + ((- rho_H + rho_E)) ^ 2 * ((- rho_H + rho_E)) * (((- p + 1)) / (p)))))
    by (field; nz); pos).
  assert (A64 : 0 <= m - 1) by (apply (le_from_product (m - 1) (1) (m - 1)); [ring | pos | exact A12]).
  assert (A65 : 0 <= ((m - 1))) by pos.
  assert (A66 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A14]).
  assert (A67 : 0 <= ((d - 1))) by pos.
  assert (A68 : 0 < ((- rho_H + rho_E))) by pos.
  assert (A69 : 0 < (((- p + 1)) / (p))) by pos.
  assert (A70 : 0 <= m - 1) by (apply (le_from_product (m - 1) (1) (m - 1)); [ring | pos | exact A12]).
  assert (A71 : 0 <= ((m - 1))) by pos.
  assert (A72 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A14]).
  assert (A73 : 0 <= ((d - 1))) by pos.
  assert (A74 : 0 < ((- rho_H + rho_E))) by pos.
  assert (A75 : 0 < (((- p + 1)) / (p))) by pos.
  assert (A76 : 0 < (rho_H ^ 2) ^ 2 * p ^ 2 * d + (rho_H ^ 2) ^ 2 * p ^ 2 - rho_H ^ 2 * rho_H * rho_E * p ^ 2 *
    m - rho_H ^ 2 * rho_H * rho_E * p ^ 2 * d - rho_H ^ 2 * rho_H * rho_E * p ^ 2 + rho_H ^ 2 * rho_H * rho_E *
    p * m + rho_H ^ 2 * rho_H * rho_E * p * d + rho_H ^ 2 * rho_H * rho_E * p + 2 * rho_H ^ 2 * rho_E ^ 2 * p ^
    2 * m - 2 * rho_H ^ 2 * rho_E ^ 2 * p * m - rho_H * rho_E ^ 2 * rho_E * p ^ 2 * m - rho_H * rho_E ^ 2 *
    rho_E * p ^ 2 * d - rho_H * rho_E ^ 2 * rho_E * p ^ 2 + rho_H * rho_E ^ 2 * rho_E * p * m + rho_H * rho_E ^
    2 * rho_E * p * d + rho_H * rho_E ^ 2 * rho_E * p + (rho_E ^ 2) ^ 2 * p ^ 2 * d + (rho_E ^ 2) ^ 2 * p ^ 2 -
    2 * (rho_E ^ 2) ^ 2 * p * d - 2 * (rho_E ^ 2) ^ 2 * p + (rho_E ^ 2) ^ 2 * d + (rho_E ^ 2) ^ 2) by (replace
    ((rho_H ^ 2) ^ 2 * p ^ 2 * d + (rho_H ^ 2) ^ 2 * p ^ 2 - rho_H ^ 2 * rho_H * rho_E * p ^ 2 * m - rho_H ^ 2 *
    rho_H * rho_E * p ^ 2 * d - rho_H ^ 2 * rho_H * rho_E * p ^ 2 + rho_H ^ 2 * rho_H * rho_E * p * m + rho_H ^
    2 * rho_H * rho_E * p * d + rho_H ^ 2 * rho_H * rho_E * p + 2 * rho_H ^ 2 * rho_E ^ 2 * p ^ 2 * m - 2 *
    rho_H ^ 2 * rho_E ^ 2 * p * m - rho_H * rho_E ^ 2 * rho_E * p ^ 2 * m - rho_H * rho_E ^ 2 * rho_E * p ^ 2 *
    d - rho_H * rho_E ^ 2 * rho_E * p ^ 2 + rho_H * rho_E ^ 2 * rho_E * p * m + rho_H * rho_E ^ 2 * rho_E * p *
    d + rho_H * rho_E ^ 2 * rho_E * p + (rho_E ^ 2) ^ 2 * p ^ 2 * d + (rho_E ^ 2) ^ 2 * p ^ 2 - 2 * (rho_E ^ 2)
    ^ 2 * p * d - 2 * (rho_E ^ 2) ^ 2 * p + (rho_E ^ 2) ^ 2 * d + (rho_E ^ 2) ^ 2) with ((p ^ 2) * (((rho_H ^ 2)
    ^ 2 * (((- p + 1)) / (p)) ^ 2 * ((d - 1)) + 2 * (rho_H ^ 2) ^ 2 * (((- p + 1)) / (p)) ^ 2 + 2 * (rho_H ^ 2)
    ^ 2 * (((- p + 1)) / (p)) * ((d - 1)) + 4 * (rho_H ^ 2) ^ 2 * (((- p + 1)) / (p)) + (rho_H ^ 2) ^ 2 * ((d -
    1)) + 2 * (rho_H ^ 2) ^ 2 + 4 * rho_H ^ 2 * rho_H * ((- rho_H + rho_E)) * (((- p + 1)) / (p)) ^ 2 * ((d -
    1)) + 8 * rho_H ^ 2 * rho_H * ((- rho_H + rho_E)) * (((- p + 1)) / (p)) ^ 2 + 4 * rho_H ^ 2 * rho_H * ((-
    rho_H + rho_E)) * (((- p + 1)) / (p)) * ((d - 1)) + 8 * rho_H ^ 2 * rho_H * ((- rho_H + rho_E)) * (((- p +
    1)) / (p)) + 6 * rho_H ^ 2 * ((- rho_H + rho_E)) ^ 2 * (((- p + 1)) / (p)) ^ 2 * ((d - 1)) + 12 * rho_H ^ 2
    * ((- rho_H + rho_E)) ^ 2 * (((- p + 1)) / (p)) ^ 2 + rho_H ^ 2 * ((- rho_H + rho_E)) ^ 2 * (((- p + 1)) /
    (p)) * ((m - 1)) + 3 * rho_H ^ 2 * ((- rho_H + rho_E)) ^ 2 * (((- p + 1)) / (p)) * ((d - 1)) + 7 * rho_H ^ 2
    * ((- rho_H + rho_E)) ^ 2 * (((- p + 1)) / (p)) + 4 * rho_H * ((- rho_H + rho_E)) ^ 2 * ((- rho_H + rho_E))
    * (((- p + 1)) / (p)) ^ 2 * ((d - 1)) + 8 * rho_H * ((- rho_H + rho_E)) ^ 2 * ((- rho_H + rho_E)) * (((- p +
    1)) / (p)) ^ 2 + rho_H * ((- rho_H + rho_E)) ^ 2 * ((- rho_H + rho_E)) * (((- p + 1)) / (p)) * ((m - 1)) +
    rho_H * ((- rho_H + rho_E)) ^ 2 * ((- rho_H + rho_E)) * (((- p + 1)) / (p)) * ((d - 1)) + 3 * rho_H * ((-
    rho_H + rho_E)) ^ 2 * ((- rho_H + rho_E)) * (((- p + 1)) / (p)) + (((- rho_H + rho_E)) ^ 2) ^ 2 * (((- p +
    1)) / (p)) ^ 2 * ((d - 1)) + 2 * (((- rho_H + rho_E)) ^ 2) ^ 2 * (((- p + 1)) / (p)) ^ 2))) by (field; nz);
    pos).
  assert (A77 : 0 < alpha ^ 2 * rho_H ^ 2 * rho_H * p * m + alpha ^ 2 * rho_H ^ 2 * rho_H * p * d + alpha ^ 2 *
    rho_H ^ 2 * rho_H * p - alpha ^ 2 * rho_E ^ 2 * rho_E * p * m - alpha ^ 2 * rho_E ^ 2 * rho_E * p * d -
    alpha ^ 2 * rho_E ^ 2 * rho_E * p + alpha ^ 2 * rho_E ^ 2 * rho_E * m + alpha ^ 2 * rho_E ^ 2 * rho_E * d +
    alpha ^ 2 * rho_E ^ 2 * rho_E - 2 * alpha * rho_H ^ 2 * p * m + 2 * alpha * rho_E ^ 2 * p * m - 2 * alpha *
    rho_E ^ 2 * m + rho_H * p * m - rho_E * p * m + rho_E * m) by (apply (lt_by_square (alpha ^ 2 * rho_H ^ 2 *
    rho_H * p * m + alpha ^ 2 * rho_H ^ 2 * rho_H * p * d + alpha ^ 2 * rho_H ^ 2 * rho_H * p - alpha ^ 2 *
    rho_E ^ 2 * rho_E * p * m - alpha ^ 2 * rho_E ^ 2 * rho_E * p * d - alpha ^ 2 * rho_E ^ 2 * rho_E * p +
    alpha ^ 2 * rho_E ^ 2 * rho_E * m + alpha ^ 2 * rho_E ^ 2 * rho_E * d + alpha ^ 2 * rho_E ^ 2 * rho_E - 2 *
    alpha * rho_H ^ 2 * p * m + 2 * alpha * rho_E ^ 2 * p * m - 2 * alpha * rho_E ^ 2 * m + rho_H * p * m -
    rho_E * p * m + rho_E * m) (rho_H ^ 2 * rho_H * p * m + rho_H ^ 2 * rho_H * p * d + rho_H ^ 2 * rho_H * p -
    rho_E ^ 2 * rho_E * p * m - rho_E ^ 2 * rho_E * p * d - rho_E ^ 2 * rho_E * p + rho_E ^ 2 * rho_E * m +
    rho_E ^ 2 * rho_E * d + rho_E ^ 2 * rho_E) (- 2 * rho_H ^ 2 * p * m + 2 * rho_E ^ 2 * p * m - 2 * rho_E ^ 2
    * m) (rho_H * p * m - rho_E * p * m + rho_E * m) (alpha) (4 * ((rho_H ^ 2) ^ 2 * p ^ 2 * d + (rho_H ^ 2) ^ 2
    * p ^ 2 - rho_H ^ 2 * rho_H * rho_E * p ^ 2 * m - rho_H ^ 2 * rho_H * rho_E * p ^ 2 * d - rho_H ^ 2 * rho_H
    * rho_E * p ^ 2 + rho_H ^ 2 * rho_H * rho_E * p * m + rho_H ^ 2 * rho_H * rho_E * p * d + rho_H ^ 2 * rho_H
    * rho_E * p + 2 * rho_H ^ 2 * rho_E ^ 2 * p ^ 2 * m - 2 * rho_H ^ 2 * rho_E ^ 2 * p * m - rho_H * rho_E ^ 2
    * rho_E * p ^ 2 * m - rho_H * rho_E ^ 2 * rho_E * p ^ 2 * d - rho_H * rho_E ^ 2 * rho_E * p ^ 2 + rho_H *
    rho_E ^ 2 * rho_E * p * m + rho_H * rho_E ^ 2 * rho_E * p * d + rho_H * rho_E ^ 2 * rho_E * p + (rho_E ^ 2)
    ^ 2 * p ^ 2 * d + (rho_E ^ 2) ^ 2 * p ^ 2 - 2 * (rho_E ^ 2) ^ 2 * p * d - 2 * (rho_E ^ 2) ^ 2 * p + (rho_E ^
    2) ^ 2 * d + (rho_E ^ 2) ^ 2) * (m))); [ring | ring | replace (rho_H ^ 2 * rho_H * p * m + rho_H ^ 2 * rho_H
    * p * d + rho_H ^ 2 * rho_H * p - rho_E ^ 2 * rho_E * p * m - rho_E ^ 2 * rho_E * p * d - rho_E ^ 2 * rho_E
    * p + rho_E ^ 2 * rho_E * m + rho_E ^ 2 * rho_E * d + rho_E ^ 2 * rho_E) with ((rho_H ^ 2 * rho_H * p -
    rho_E ^ 2 * rho_E * p + rho_E ^ 2 * rho_E) * (m + d + 1)) by ring; pos | pos]).
  assert (A78 : 0 <= m - 1) by (apply (le_from_product (m - 1) (1) (m - 1)); [ring | pos | exact A12]).
  assert (A79 : 0 <= ((m - 1))) by pos.
  assert (A80 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A14]).
  assert (A81 : 0 <= ((d - 1))) by pos.
  assert (A82 : 0 < ((- rho_H + rho_E))) by pos.
  assert (A83 : 0 < (((- p + 1)) / (p))) by pos.
  assert (A84 : 0 < rho_H * p - rho_E * p + rho_E) by (replace (rho_H * p - rho_E * p + rho_E) with ((p) *
    ((rho_H * (((- p + 1)) / (p)) + rho_H + ((- rho_H + rho_E)) * (((- p + 1)) / (p))))) by (field; nz); pos).
  apply (iff_lt _ _ _ _ (((alpha) * (rho_H) * (- rho_H + rho_E) * (rho_E) * (p) * (- p + 1) * (m)) / ((alpha ^ 2
    * rho_H ^ 2 * rho_H * p * m + alpha ^ 2 * rho_H ^ 2 * rho_H * p * d + alpha ^ 2 * rho_H ^ 2 * rho_H * p -
    alpha ^ 2 * rho_E ^ 2 * rho_E * p * m - alpha ^ 2 * rho_E ^ 2 * rho_E * p * d - alpha ^ 2 * rho_E ^ 2 *
    rho_E * p + alpha ^ 2 * rho_E ^ 2 * rho_E * m + alpha ^ 2 * rho_E ^ 2 * rho_E * d + alpha ^ 2 * rho_E ^ 2 *
    rho_E - 2 * alpha * rho_H ^ 2 * p * m + 2 * alpha * rho_E ^ 2 * p * m - 2 * alpha * rho_E ^ 2 * m + rho_H *
    p * m - rho_E * p * m + rho_E * m) * (rho_H * p - rho_E * p + rho_E)))); [field; nz | pos].
Qed.

(* collins2022.hard-tilt-samples
   Moving towards the hard centre takes m > (d+1) alpha (rho_E+rho_H) / (2 - alpha (rho_E+rho_H)).
   Hypotheses: alpha > 0; rho_H > 0; rho_E > rho_H; p > 0; p < 1; R2 >= 0; V_E >= 0; V_H >= 0; nu2_E >= 0;
   nu2_H >= 0; m >= 1; m is an integer; d >= 1; d is an integer; alpha*(rho_E + rho_H) < 2.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_hard_tilt_samples :
  forall alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d : R,
  let q := 1 - p in
  let kappa := 1 + (1 + d) / m in
  let s_E := 1 - 2 * alpha * rho_E + kappa * alpha ^ 2 * rho_E ^ 2 in
  let s_H := 1 - 2 * alpha * rho_H + kappa * alpha ^ 2 * rho_H ^ 2 in
  let w_E := q * rho_E * s_E in
  let w_H := p * rho_H * s_H in
  let v_E := q * rho_E in
  let v_H := p * rho_H in
  let omega_MAML := w_E / (w_E + w_H) in
  let omega_NAL := v_E / (v_E + v_H) in
  0 < alpha ->
  0 < rho_H ->
  rho_H < rho_E ->
  0 < p ->
  p < 1 ->
  0 <= R2 ->
  0 <= V_E ->
  0 <= V_H ->
  0 <= nu2_E ->
  0 <= nu2_H ->
  1 <= m ->
  1 <= d ->
  alpha * (rho_E + rho_H) < 2 ->
  omega_MAML < omega_NAL <-> alpha * (1 + d) * (rho_E + rho_H) / (2 - alpha * (rho_E + rho_H)) < m.
Proof.
  intros alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d q kappa s_E s_H w_E w_H v_E v_H omega_MAML omega_NAL H1
    H2 H3 H4 H5 H6 H7 H8 H9 H10 H11 H12 H13.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho_H) by (clear - H2; lra).
  assert (A3 : 0 < - rho_H + rho_E) by (clear - H3; lra).
  assert (A4 : 0 < rho_E) by lra.
  assert (A5 : 0 < p) by (clear - H4; lra).
  assert (A6 : 0 < - p + 1) by (clear - H5; lra).
  assert (A7 : 0 <= R2) by (clear - H6; lra).
  assert (A8 : 0 <= V_E) by (clear - H7; lra).
  assert (A9 : 0 <= V_H) by (clear - H8; lra).
  assert (A10 : 0 <= nu2_E) by (clear - H9; lra).
  assert (A11 : 0 <= nu2_H) by (clear - H10; lra).
  assert (A12 : 0 <= m - 1) by (clear - H11; lra).
  assert (A13 : 0 < m) by lra.
  assert (A14 : 0 <= d - 1) by (clear - H12; lra).
  assert (A15 : 0 < d) by lra.
  assert (A16 : 0 < - alpha * rho_H - alpha * rho_E + 2) by (clear - H13; lra).
  assert (P_q : 0 < q).
  {
    subst q.
    assert (A17 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A6]).
    apply (lt_by_diff _ _ ((- p + 1))); [field; nz | pos].
  }
  assert (P_s_E : 0 < s_E).
  {
    subst s_E kappa.
    try change (1 - p) with q.
    assert (A18 : 0 < alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 * alpha
      * rho_E * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^
      2 * rho_E ^ 2 - 2 * alpha * rho_E * m + m) (rho_E ^ 2 * m + rho_E ^ 2 * d + rho_E ^ 2) (- 2 * rho_E * m)
      (m) (alpha) (4 * (d + 1) * (rho_E) ^ 2 * (m))); [ring | ring | replace (rho_E ^ 2 * m + rho_E ^ 2 * d +
      rho_E ^ 2) with ((rho_E) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 *
      alpha * rho_E * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_s_H : 0 < s_H).
  {
    subst s_H kappa.
    try change (1 - p) with q.
    assert (A19 : 0 < alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 * alpha
      * rho_H * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^
      2 * rho_H ^ 2 - 2 * alpha * rho_H * m + m) (rho_H ^ 2 * m + rho_H ^ 2 * d + rho_H ^ 2) (- 2 * rho_H * m)
      (m) (alpha) (4 * (rho_H) ^ 2 * (d + 1) * (m))); [ring | ring | replace (rho_H ^ 2 * m + rho_H ^ 2 * d +
      rho_H ^ 2) with ((rho_H) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 *
      alpha * rho_H * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_w_E : 0 < w_E).
  {
    subst w_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q * s_E)); [field; nz | pos].
  }
  assert (P_w_H : 0 < w_H).
  {
    subst w_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p * s_H)); [field; nz | pos].
  }
  assert (P_v_E : 0 < v_E).
  {
    subst v_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q)); [field; nz | pos].
  }
  assert (P_v_H : 0 < v_H).
  {
    subst v_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p)); [field; nz | pos].
  }
  subst omega_NAL omega_MAML v_H v_E w_H w_E s_H s_E kappa q.
  assert (A64 : 0 <= m - 1) by (apply (le_from_product (m - 1) (1) (m - 1)); [ring | pos | exact A12]).
  assert (A65 : 0 <= ((m - 1))) by pos.
  assert (A66 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A14]).
  assert (A67 : 0 <= ((d - 1))) by pos.
  assert (A68 : 0 < - rho_H + rho_E) by (apply (lt_from_product (- rho_H + rho_E) (1) (- rho_H + rho_E)); [ring
    | pos | exact A3]).
  assert (A69 : 0 < ((- rho_H + rho_E))) by pos.
  assert (A70 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A6]).
  assert (A71 : 0 < (((- p + 1)) / (p))) by pos.
  assert (A72 : 0 < - alpha * rho_H - alpha * rho_E + 2) by (apply (lt_from_product (- alpha * rho_H - alpha *
    rho_E + 2) (1) (- alpha * rho_H - alpha * rho_E + 2)); [ring | pos | exact A16]).
  assert (A73 : 0 < (((- alpha * rho_H - alpha * rho_E + 2)) / ((alpha) * (rho_H + rho_E)))) by pos.
  assert (A74 : 0 < rho_H ^ 2 * rho_H * p - rho_E ^ 2 * rho_E * p + rho_E ^ 2 * rho_E) by (replace (rho_H ^ 2 *
    rho_H * p - rho_E ^ 2 * rho_E * p + rho_E ^ 2 * rho_E) with ((p) * ((rho_H ^ 2 * rho_H * (((- p + 1)) / (p))
    + rho_H ^ 2 * rho_H + 3 * rho_H ^ 2 * ((- rho_H + rho_E)) * (((- p + 1)) / (p)) + 3 * rho_H * ((- rho_H +
    rho_E)) ^ 2 * (((- p + 1)) / (p)) + ((- rho_H + rho_E)) ^ 2 * ((- rho_H + rho_E)) * (((- p + 1)) / (p)))))
    by (field; nz); pos).
  assert (A75 : 0 <= m - 1) by (apply (le_from_product (m - 1) (1) (m - 1)); [ring | pos | exact A12]).
  assert (A76 : 0 <= ((m - 1))) by pos.
  assert (A77 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A14]).
  assert (A78 : 0 <= ((d - 1))) by pos.
  assert (A79 : 0 < ((- rho_H + rho_E))) by pos.
  assert (A80 : 0 < (((- p + 1)) / (p))) by pos.
  assert (A81 : 0 < (((- alpha * rho_H - alpha * rho_E + 2)) / ((alpha) * (rho_H + rho_E)))) by pos.
  assert (A82 : 0 <= m - 1) by (apply (le_from_product (m - 1) (1) (m - 1)); [ring | pos | exact A12]).
  assert (A83 : 0 <= ((m - 1))) by pos.
  assert (A84 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A14]).
  assert (A85 : 0 <= ((d - 1))) by pos.
  assert (A86 : 0 < ((- rho_H + rho_E))) by pos.
  assert (A87 : 0 < (((- p + 1)) / (p))) by pos.
  assert (A88 : 0 < (((- alpha * rho_H - alpha * rho_E + 2)) / ((alpha) * (rho_H + rho_E)))) by pos.
  assert (A89 : 0 < (rho_H ^ 2) ^ 2 * p ^ 2 * d + (rho_H ^ 2) ^ 2 * p ^ 2 - rho_H ^ 2 * rho_H * rho_E * p ^ 2 *
    m - rho_H ^ 2 * rho_H * rho_E * p ^ 2 * d - rho_H ^ 2 * rho_H * rho_E * p ^ 2 + rho_H ^ 2 * rho_H * rho_E *
    p * m + rho_H ^ 2 * rho_H * rho_E * p * d + rho_H ^ 2 * rho_H * rho_E * p + 2 * rho_H ^ 2 * rho_E ^ 2 * p ^
    2 * m - 2 * rho_H ^ 2 * rho_E ^ 2 * p * m - rho_H * rho_E ^ 2 * rho_E * p ^ 2 * m - rho_H * rho_E ^ 2 *
    rho_E * p ^ 2 * d - rho_H * rho_E ^ 2 * rho_E * p ^ 2 + rho_H * rho_E ^ 2 * rho_E * p * m + rho_H * rho_E ^
    2 * rho_E * p * d + rho_H * rho_E ^ 2 * rho_E * p + (rho_E ^ 2) ^ 2 * p ^ 2 * d + (rho_E ^ 2) ^ 2 * p ^ 2 -
    2 * (rho_E ^ 2) ^ 2 * p * d - 2 * (rho_E ^ 2) ^ 2 * p + (rho_E ^ 2) ^ 2 * d + (rho_E ^ 2) ^ 2) by (replace
    ((rho_H ^ 2) ^ 2 * p ^ 2 * d + (rho_H ^ 2) ^ 2 * p ^ 2 - rho_H ^ 2 * rho_H * rho_E * p ^ 2 * m - rho_H ^ 2 *
    rho_H * rho_E * p ^ 2 * d - rho_H ^ 2 * rho_H * rho_E * p ^ 2 + rho_H ^ 2 * rho_H * rho_E * p * m + rho_H ^
    2 * rho_H * rho_E * p * d + rho_H ^ 2 * rho_H * rho_E * p + 2 * rho_H ^ 2 * rho_E ^ 2 * p ^ 2 * m - 2 *
    rho_H ^ 2 * rho_E ^ 2 * p * m - rho_H * rho_E ^ 2 * rho_E * p ^ 2 * m - rho_H * rho_E ^ 2 * rho_E * p ^ 2 *
    d - rho_H * rho_E ^ 2 * rho_E * p ^ 2 + rho_H * rho_E ^ 2 * rho_E * p * m + rho_H * rho_E ^ 2 * rho_E * p *
    d + rho_H * rho_E ^ 2 * rho_E * p + (rho_E ^ 2) ^ 2 * p ^ 2 * d + (rho_E ^ 2) ^ 2 * p ^ 2 - 2 * (rho_E ^ 2)
    ^ 2 * p * d - 2 * (rho_E ^ 2) ^ 2 * p + (rho_E ^ 2) ^ 2 * d + (rho_E ^ 2) ^ 2) with ((p ^ 2) * (((rho_H ^ 2)
    ^ 2 * (((- p + 1)) / (p)) ^ 2 * ((d - 1)) + 2 * (rho_H ^ 2) ^ 2 * (((- p + 1)) / (p)) ^ 2 + 2 * (rho_H ^ 2)
    ^ 2 * (((- p + 1)) / (p)) * ((d - 1)) + 4 * (rho_H ^ 2) ^ 2 * (((- p + 1)) / (p)) + (rho_H ^ 2) ^ 2 * ((d -
    1)) + 2 * (rho_H ^ 2) ^ 2 + 4 * rho_H ^ 2 * rho_H * ((- rho_H + rho_E)) * (((- p + 1)) / (p)) ^ 2 * ((d -
    1)) + 8 * rho_H ^ 2 * rho_H * ((- rho_H + rho_E)) * (((- p + 1)) / (p)) ^ 2 + 4 * rho_H ^ 2 * rho_H * ((-
    rho_H + rho_E)) * (((- p + 1)) / (p)) * ((d - 1)) + 8 * rho_H ^ 2 * rho_H * ((- rho_H + rho_E)) * (((- p +
    1)) / (p)) + 6 * rho_H ^ 2 * ((- rho_H + rho_E)) ^ 2 * (((- p + 1)) / (p)) ^ 2 * ((d - 1)) + 12 * rho_H ^ 2
    * ((- rho_H + rho_E)) ^ 2 * (((- p + 1)) / (p)) ^ 2 + rho_H ^ 2 * ((- rho_H + rho_E)) ^ 2 * (((- p + 1)) /
    (p)) * ((m - 1)) + 3 * rho_H ^ 2 * ((- rho_H + rho_E)) ^ 2 * (((- p + 1)) / (p)) * ((d - 1)) + 7 * rho_H ^ 2
    * ((- rho_H + rho_E)) ^ 2 * (((- p + 1)) / (p)) + 4 * rho_H * ((- rho_H + rho_E)) ^ 2 * ((- rho_H + rho_E))
    * (((- p + 1)) / (p)) ^ 2 * ((d - 1)) + 8 * rho_H * ((- rho_H + rho_E)) ^ 2 * ((- rho_H + rho_E)) * (((- p +
    1)) / (p)) ^ 2 + rho_H * ((- rho_H + rho_E)) ^ 2 * ((- rho_H + rho_E)) * (((- p + 1)) / (p)) * ((m - 1)) +
    rho_H * ((- rho_H + rho_E)) ^ 2 * ((- rho_H + rho_E)) * (((- p + 1)) / (p)) * ((d - 1)) + 3 * rho_H * ((-
    rho_H + rho_E)) ^ 2 * ((- rho_H + rho_E)) * (((- p + 1)) / (p)) + (((- rho_H + rho_E)) ^ 2) ^ 2 * (((- p +
    1)) / (p)) ^ 2 * ((d - 1)) + 2 * (((- rho_H + rho_E)) ^ 2) ^ 2 * (((- p + 1)) / (p)) ^ 2))) by (field; nz);
    pos).
  assert (A90 : 0 < alpha ^ 2 * rho_H ^ 2 * rho_H * p * m + alpha ^ 2 * rho_H ^ 2 * rho_H * p * d + alpha ^ 2 *
    rho_H ^ 2 * rho_H * p - alpha ^ 2 * rho_E ^ 2 * rho_E * p * m - alpha ^ 2 * rho_E ^ 2 * rho_E * p * d -
    alpha ^ 2 * rho_E ^ 2 * rho_E * p + alpha ^ 2 * rho_E ^ 2 * rho_E * m + alpha ^ 2 * rho_E ^ 2 * rho_E * d +
    alpha ^ 2 * rho_E ^ 2 * rho_E - 2 * alpha * rho_H ^ 2 * p * m + 2 * alpha * rho_E ^ 2 * p * m - 2 * alpha *
    rho_E ^ 2 * m + rho_H * p * m - rho_E * p * m + rho_E * m) by (apply (lt_by_square (alpha ^ 2 * rho_H ^ 2 *
    rho_H * p * m + alpha ^ 2 * rho_H ^ 2 * rho_H * p * d + alpha ^ 2 * rho_H ^ 2 * rho_H * p - alpha ^ 2 *
    rho_E ^ 2 * rho_E * p * m - alpha ^ 2 * rho_E ^ 2 * rho_E * p * d - alpha ^ 2 * rho_E ^ 2 * rho_E * p +
    alpha ^ 2 * rho_E ^ 2 * rho_E * m + alpha ^ 2 * rho_E ^ 2 * rho_E * d + alpha ^ 2 * rho_E ^ 2 * rho_E - 2 *
    alpha * rho_H ^ 2 * p * m + 2 * alpha * rho_E ^ 2 * p * m - 2 * alpha * rho_E ^ 2 * m + rho_H * p * m -
    rho_E * p * m + rho_E * m) (rho_H ^ 2 * rho_H * p * m + rho_H ^ 2 * rho_H * p * d + rho_H ^ 2 * rho_H * p -
    rho_E ^ 2 * rho_E * p * m - rho_E ^ 2 * rho_E * p * d - rho_E ^ 2 * rho_E * p + rho_E ^ 2 * rho_E * m +
    rho_E ^ 2 * rho_E * d + rho_E ^ 2 * rho_E) (- 2 * rho_H ^ 2 * p * m + 2 * rho_E ^ 2 * p * m - 2 * rho_E ^ 2
    * m) (rho_H * p * m - rho_E * p * m + rho_E * m) (alpha) (4 * ((rho_H ^ 2) ^ 2 * p ^ 2 * d + (rho_H ^ 2) ^ 2
    * p ^ 2 - rho_H ^ 2 * rho_H * rho_E * p ^ 2 * m - rho_H ^ 2 * rho_H * rho_E * p ^ 2 * d - rho_H ^ 2 * rho_H
    * rho_E * p ^ 2 + rho_H ^ 2 * rho_H * rho_E * p * m + rho_H ^ 2 * rho_H * rho_E * p * d + rho_H ^ 2 * rho_H
    * rho_E * p + 2 * rho_H ^ 2 * rho_E ^ 2 * p ^ 2 * m - 2 * rho_H ^ 2 * rho_E ^ 2 * p * m - rho_H * rho_E ^ 2
    * rho_E * p ^ 2 * m - rho_H * rho_E ^ 2 * rho_E * p ^ 2 * d - rho_H * rho_E ^ 2 * rho_E * p ^ 2 + rho_H *
    rho_E ^ 2 * rho_E * p * m + rho_H * rho_E ^ 2 * rho_E * p * d + rho_H * rho_E ^ 2 * rho_E * p + (rho_E ^ 2)
    ^ 2 * p ^ 2 * d + (rho_E ^ 2) ^ 2 * p ^ 2 - 2 * (rho_E ^ 2) ^ 2 * p * d - 2 * (rho_E ^ 2) ^ 2 * p + (rho_E ^
    2) ^ 2 * d + (rho_E ^ 2) ^ 2) * (m))); [ring | ring | replace (rho_H ^ 2 * rho_H * p * m + rho_H ^ 2 * rho_H
    * p * d + rho_H ^ 2 * rho_H * p - rho_E ^ 2 * rho_E * p * m - rho_E ^ 2 * rho_E * p * d - rho_E ^ 2 * rho_E
    * p + rho_E ^ 2 * rho_E * m + rho_E ^ 2 * rho_E * d + rho_E ^ 2 * rho_E) with ((rho_H ^ 2 * rho_H * p -
    rho_E ^ 2 * rho_E * p + rho_E ^ 2 * rho_E) * (m + d + 1)) by ring; pos | pos]).
  assert (A91 : 0 <= m - 1) by (apply (le_from_product (m - 1) (1) (m - 1)); [ring | pos | exact A12]).
  assert (A92 : 0 <= ((m - 1))) by pos.
  assert (A93 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A14]).
  assert (A94 : 0 <= ((d - 1))) by pos.
  assert (A95 : 0 < ((- rho_H + rho_E))) by pos.
  assert (A96 : 0 < (((- p + 1)) / (p))) by pos.
  assert (A97 : 0 < (((- alpha * rho_H - alpha * rho_E + 2)) / ((alpha) * (rho_H + rho_E)))) by pos.
  assert (A98 : 0 < rho_H * p - rho_E * p + rho_E) by (replace (rho_H * p - rho_E * p + rho_E) with ((p) *
    ((rho_H * (((- p + 1)) / (p)) + rho_H + ((- rho_H + rho_E)) * (((- p + 1)) / (p))))) by (field; nz); pos).
  apply (iff_lt _ _ _ _ (((alpha) * (- alpha * rho_H - alpha * rho_E + 2) * (rho_H) * (- rho_H + rho_E) *
    (rho_E) * (p) * (- p + 1)) / ((alpha ^ 2 * rho_H ^ 2 * rho_H * p * m + alpha ^ 2 * rho_H ^ 2 * rho_H * p * d
    + alpha ^ 2 * rho_H ^ 2 * rho_H * p - alpha ^ 2 * rho_E ^ 2 * rho_E * p * m - alpha ^ 2 * rho_E ^ 2 * rho_E
    * p * d - alpha ^ 2 * rho_E ^ 2 * rho_E * p + alpha ^ 2 * rho_E ^ 2 * rho_E * m + alpha ^ 2 * rho_E ^ 2 *
    rho_E * d + alpha ^ 2 * rho_E ^ 2 * rho_E - 2 * alpha * rho_H ^ 2 * p * m + 2 * alpha * rho_E ^ 2 * p * m -
    2 * alpha * rho_E ^ 2 * m + rho_H * p * m - rho_E * p * m + rho_E * m) * (rho_H * p - rho_E * p + rho_E))));
    [field; nz | pos].
Qed.

(* collins2022.hard-tilt-impossible
   If alpha (rho_E + rho_H) >= 2, no number of samples moves MAML towards the hard centre.
   Hypotheses: alpha > 0; rho_H > 0; rho_E > rho_H; p > 0; p < 1; R2 >= 0; V_E >= 0; V_H >= 0; nu2_E >= 0;
   nu2_H >= 0; m >= 1; m is an integer; d >= 1; d is an integer; alpha*(rho_E + rho_H) >= 2.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_hard_tilt_impossible :
  forall alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d : R,
  let q := 1 - p in
  let kappa := 1 + (1 + d) / m in
  let s_E := 1 - 2 * alpha * rho_E + kappa * alpha ^ 2 * rho_E ^ 2 in
  let s_H := 1 - 2 * alpha * rho_H + kappa * alpha ^ 2 * rho_H ^ 2 in
  let w_E := q * rho_E * s_E in
  let w_H := p * rho_H * s_H in
  let v_E := q * rho_E in
  let v_H := p * rho_H in
  let omega_MAML := w_E / (w_E + w_H) in
  let omega_NAL := v_E / (v_E + v_H) in
  0 < alpha ->
  0 < rho_H ->
  rho_H < rho_E ->
  0 < p ->
  p < 1 ->
  0 <= R2 ->
  0 <= V_E ->
  0 <= V_H ->
  0 <= nu2_E ->
  0 <= nu2_H ->
  1 <= m ->
  1 <= d ->
  2 <= alpha * (rho_E + rho_H) ->
  omega_NAL < omega_MAML.
Proof.
  intros alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d q kappa s_E s_H w_E w_H v_E v_H omega_MAML omega_NAL H1
    H2 H3 H4 H5 H6 H7 H8 H9 H10 H11 H12 H13.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho_H) by (clear - H2; lra).
  assert (A3 : 0 < - rho_H + rho_E) by (clear - H3; lra).
  assert (A4 : 0 < rho_E) by lra.
  assert (A5 : 0 < p) by (clear - H4; lra).
  assert (A6 : 0 < - p + 1) by (clear - H5; lra).
  assert (A7 : 0 <= R2) by (clear - H6; lra).
  assert (A8 : 0 <= V_E) by (clear - H7; lra).
  assert (A9 : 0 <= V_H) by (clear - H8; lra).
  assert (A10 : 0 <= nu2_E) by (clear - H9; lra).
  assert (A11 : 0 <= nu2_H) by (clear - H10; lra).
  assert (A12 : 0 <= m - 1) by (clear - H11; lra).
  assert (A13 : 0 < m) by lra.
  assert (A14 : 0 <= d - 1) by (clear - H12; lra).
  assert (A15 : 0 < d) by lra.
  assert (A16 : 0 <= alpha * rho_H + alpha * rho_E - 2) by (clear - H13; lra).
  assert (P_q : 0 < q).
  {
    subst q.
    assert (A17 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A6]).
    apply (lt_by_diff _ _ ((- p + 1))); [field; nz | pos].
  }
  assert (P_s_E : 0 < s_E).
  {
    subst s_E kappa.
    try change (1 - p) with q.
    assert (A18 : 0 < alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 * alpha
      * rho_E * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^
      2 * rho_E ^ 2 - 2 * alpha * rho_E * m + m) (rho_E ^ 2 * m + rho_E ^ 2 * d + rho_E ^ 2) (- 2 * rho_E * m)
      (m) (alpha) (4 * (d + 1) * (rho_E) ^ 2 * (m))); [ring | ring | replace (rho_E ^ 2 * m + rho_E ^ 2 * d +
      rho_E ^ 2) with ((rho_E) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 *
      alpha * rho_E * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_s_H : 0 < s_H).
  {
    subst s_H kappa.
    try change (1 - p) with q.
    assert (A19 : 0 < alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 * alpha
      * rho_H * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^
      2 * rho_H ^ 2 - 2 * alpha * rho_H * m + m) (rho_H ^ 2 * m + rho_H ^ 2 * d + rho_H ^ 2) (- 2 * rho_H * m)
      (m) (alpha) (4 * (rho_H) ^ 2 * (d + 1) * (m))); [ring | ring | replace (rho_H ^ 2 * m + rho_H ^ 2 * d +
      rho_H ^ 2) with ((rho_H) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 *
      alpha * rho_H * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_w_E : 0 < w_E).
  {
    subst w_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q * s_E)); [field; nz | pos].
  }
  assert (P_w_H : 0 < w_H).
  {
    subst w_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p * s_H)); [field; nz | pos].
  }
  assert (P_v_E : 0 < v_E).
  {
    subst v_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q)); [field; nz | pos].
  }
  assert (P_v_H : 0 < v_H).
  {
    subst v_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p)); [field; nz | pos].
  }
  subst omega_NAL omega_MAML v_H v_E w_H w_E s_H s_E kappa q.
  assert (A20 : 0 <= m - 1) by (apply (le_from_product (m - 1) (1) (m - 1)); [ring | pos | exact A12]).
  assert (A21 : 0 <= ((m - 1))) by pos.
  assert (A22 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A14]).
  assert (A23 : 0 <= ((d - 1))) by pos.
  assert (A24 : 0 < - rho_H + rho_E) by (apply (lt_from_product (- rho_H + rho_E) (1) (- rho_H + rho_E)); [ring
    | pos | exact A3]).
  assert (A25 : 0 < ((- rho_H + rho_E))) by pos.
  assert (A26 : 0 <= alpha * rho_H + alpha * rho_E - 2) by (apply (le_from_product (alpha * rho_H + alpha *
    rho_E - 2) (1) (alpha * rho_H + alpha * rho_E - 2)); [ring | pos | exact A16]).
  assert (A27 : 0 <= (((alpha * rho_H + alpha * rho_E - 2)) / ((rho_H + rho_E)))) by pos.
  assert (A28 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A6]).
  assert (A29 : 0 < (((- p + 1)) / (p))) by pos.
  assert (A30 : 0 < rho_H ^ 2 * rho_H * p - rho_E ^ 2 * rho_E * p + rho_E ^ 2 * rho_E) by (replace (rho_H ^ 2 *
    rho_H * p - rho_E ^ 2 * rho_E * p + rho_E ^ 2 * rho_E) with ((p) * ((rho_H ^ 2 * rho_H * (((- p + 1)) / (p))
    + rho_H ^ 2 * rho_H + 3 * rho_H ^ 2 * ((- rho_H + rho_E)) * (((- p + 1)) / (p)) + 3 * rho_H * ((- rho_H +
    rho_E)) ^ 2 * (((- p + 1)) / (p)) + ((- rho_H + rho_E)) ^ 2 * ((- rho_H + rho_E)) * (((- p + 1)) / (p)))))
    by (field; nz); pos).
  assert (A31 : 0 <= m - 1) by (apply (le_from_product (m - 1) (1) (m - 1)); [ring | pos | exact A12]).
  assert (A32 : 0 <= ((m - 1))) by pos.
  assert (A33 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A14]).
  assert (A34 : 0 <= ((d - 1))) by pos.
  assert (A35 : 0 < ((- rho_H + rho_E))) by pos.
  assert (A36 : 0 <= alpha * rho_H + alpha * rho_E - 2) by (apply (le_from_product (alpha * rho_H + alpha *
    rho_E - 2) (1) (alpha * rho_H + alpha * rho_E - 2)); [ring | pos | exact A16]).
  assert (A37 : 0 <= (((alpha * rho_H + alpha * rho_E - 2)) / ((rho_H + rho_E)))) by pos.
  assert (A38 : 0 < (((- p + 1)) / (p))) by pos.
  assert (A39 : 0 <= m - 1) by (apply (le_from_product (m - 1) (1) (m - 1)); [ring | pos | exact A12]).
  assert (A40 : 0 <= ((m - 1))) by pos.
  assert (A41 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A14]).
  assert (A42 : 0 <= ((d - 1))) by pos.
  assert (A43 : 0 < ((- rho_H + rho_E))) by pos.
  assert (A44 : 0 <= alpha * rho_H + alpha * rho_E - 2) by (apply (le_from_product (alpha * rho_H + alpha *
    rho_E - 2) (1) (alpha * rho_H + alpha * rho_E - 2)); [ring | pos | exact A16]).
  assert (A45 : 0 <= (((alpha * rho_H + alpha * rho_E - 2)) / ((rho_H + rho_E)))) by pos.
  assert (A46 : 0 < (((- p + 1)) / (p))) by pos.
  assert (A47 : 0 < (rho_H ^ 2) ^ 2 * p ^ 2 * d + (rho_H ^ 2) ^ 2 * p ^ 2 - rho_H ^ 2 * rho_H * rho_E * p ^ 2 *
    m - rho_H ^ 2 * rho_H * rho_E * p ^ 2 * d - rho_H ^ 2 * rho_H * rho_E * p ^ 2 + rho_H ^ 2 * rho_H * rho_E *
    p * m + rho_H ^ 2 * rho_H * rho_E * p * d + rho_H ^ 2 * rho_H * rho_E * p + 2 * rho_H ^ 2 * rho_E ^ 2 * p ^
    2 * m - 2 * rho_H ^ 2 * rho_E ^ 2 * p * m - rho_H * rho_E ^ 2 * rho_E * p ^ 2 * m - rho_H * rho_E ^ 2 *
    rho_E * p ^ 2 * d - rho_H * rho_E ^ 2 * rho_E * p ^ 2 + rho_H * rho_E ^ 2 * rho_E * p * m + rho_H * rho_E ^
    2 * rho_E * p * d + rho_H * rho_E ^ 2 * rho_E * p + (rho_E ^ 2) ^ 2 * p ^ 2 * d + (rho_E ^ 2) ^ 2 * p ^ 2 -
    2 * (rho_E ^ 2) ^ 2 * p * d - 2 * (rho_E ^ 2) ^ 2 * p + (rho_E ^ 2) ^ 2 * d + (rho_E ^ 2) ^ 2) by (replace
    ((rho_H ^ 2) ^ 2 * p ^ 2 * d + (rho_H ^ 2) ^ 2 * p ^ 2 - rho_H ^ 2 * rho_H * rho_E * p ^ 2 * m - rho_H ^ 2 *
    rho_H * rho_E * p ^ 2 * d - rho_H ^ 2 * rho_H * rho_E * p ^ 2 + rho_H ^ 2 * rho_H * rho_E * p * m + rho_H ^
    2 * rho_H * rho_E * p * d + rho_H ^ 2 * rho_H * rho_E * p + 2 * rho_H ^ 2 * rho_E ^ 2 * p ^ 2 * m - 2 *
    rho_H ^ 2 * rho_E ^ 2 * p * m - rho_H * rho_E ^ 2 * rho_E * p ^ 2 * m - rho_H * rho_E ^ 2 * rho_E * p ^ 2 *
    d - rho_H * rho_E ^ 2 * rho_E * p ^ 2 + rho_H * rho_E ^ 2 * rho_E * p * m + rho_H * rho_E ^ 2 * rho_E * p *
    d + rho_H * rho_E ^ 2 * rho_E * p + (rho_E ^ 2) ^ 2 * p ^ 2 * d + (rho_E ^ 2) ^ 2 * p ^ 2 - 2 * (rho_E ^ 2)
    ^ 2 * p * d - 2 * (rho_E ^ 2) ^ 2 * p + (rho_E ^ 2) ^ 2 * d + (rho_E ^ 2) ^ 2) with ((p ^ 2) * (((rho_H ^ 2)
    ^ 2 * (((- p + 1)) / (p)) ^ 2 * ((d - 1)) + 2 * (rho_H ^ 2) ^ 2 * (((- p + 1)) / (p)) ^ 2 + 2 * (rho_H ^ 2)
    ^ 2 * (((- p + 1)) / (p)) * ((d - 1)) + 4 * (rho_H ^ 2) ^ 2 * (((- p + 1)) / (p)) + (rho_H ^ 2) ^ 2 * ((d -
    1)) + 2 * (rho_H ^ 2) ^ 2 + 4 * rho_H ^ 2 * rho_H * ((- rho_H + rho_E)) * (((- p + 1)) / (p)) ^ 2 * ((d -
    1)) + 8 * rho_H ^ 2 * rho_H * ((- rho_H + rho_E)) * (((- p + 1)) / (p)) ^ 2 + 4 * rho_H ^ 2 * rho_H * ((-
    rho_H + rho_E)) * (((- p + 1)) / (p)) * ((d - 1)) + 8 * rho_H ^ 2 * rho_H * ((- rho_H + rho_E)) * (((- p +
    1)) / (p)) + 6 * rho_H ^ 2 * ((- rho_H + rho_E)) ^ 2 * (((- p + 1)) / (p)) ^ 2 * ((d - 1)) + 12 * rho_H ^ 2
    * ((- rho_H + rho_E)) ^ 2 * (((- p + 1)) / (p)) ^ 2 + rho_H ^ 2 * ((- rho_H + rho_E)) ^ 2 * (((- p + 1)) /
    (p)) * ((m - 1)) + 3 * rho_H ^ 2 * ((- rho_H + rho_E)) ^ 2 * (((- p + 1)) / (p)) * ((d - 1)) + 7 * rho_H ^ 2
    * ((- rho_H + rho_E)) ^ 2 * (((- p + 1)) / (p)) + 4 * rho_H * ((- rho_H + rho_E)) ^ 2 * ((- rho_H + rho_E))
    * (((- p + 1)) / (p)) ^ 2 * ((d - 1)) + 8 * rho_H * ((- rho_H + rho_E)) ^ 2 * ((- rho_H + rho_E)) * (((- p +
    1)) / (p)) ^ 2 + rho_H * ((- rho_H + rho_E)) ^ 2 * ((- rho_H + rho_E)) * (((- p + 1)) / (p)) * ((m - 1)) +
    rho_H * ((- rho_H + rho_E)) ^ 2 * ((- rho_H + rho_E)) * (((- p + 1)) / (p)) * ((d - 1)) + 3 * rho_H * ((-
    rho_H + rho_E)) ^ 2 * ((- rho_H + rho_E)) * (((- p + 1)) / (p)) + (((- rho_H + rho_E)) ^ 2) ^ 2 * (((- p +
    1)) / (p)) ^ 2 * ((d - 1)) + 2 * (((- rho_H + rho_E)) ^ 2) ^ 2 * (((- p + 1)) / (p)) ^ 2))) by (field; nz);
    pos).
  assert (A48 : 0 < alpha ^ 2 * rho_H ^ 2 * rho_H * p * m + alpha ^ 2 * rho_H ^ 2 * rho_H * p * d + alpha ^ 2 *
    rho_H ^ 2 * rho_H * p - alpha ^ 2 * rho_E ^ 2 * rho_E * p * m - alpha ^ 2 * rho_E ^ 2 * rho_E * p * d -
    alpha ^ 2 * rho_E ^ 2 * rho_E * p + alpha ^ 2 * rho_E ^ 2 * rho_E * m + alpha ^ 2 * rho_E ^ 2 * rho_E * d +
    alpha ^ 2 * rho_E ^ 2 * rho_E - 2 * alpha * rho_H ^ 2 * p * m + 2 * alpha * rho_E ^ 2 * p * m - 2 * alpha *
    rho_E ^ 2 * m + rho_H * p * m - rho_E * p * m + rho_E * m) by (apply (lt_by_square (alpha ^ 2 * rho_H ^ 2 *
    rho_H * p * m + alpha ^ 2 * rho_H ^ 2 * rho_H * p * d + alpha ^ 2 * rho_H ^ 2 * rho_H * p - alpha ^ 2 *
    rho_E ^ 2 * rho_E * p * m - alpha ^ 2 * rho_E ^ 2 * rho_E * p * d - alpha ^ 2 * rho_E ^ 2 * rho_E * p +
    alpha ^ 2 * rho_E ^ 2 * rho_E * m + alpha ^ 2 * rho_E ^ 2 * rho_E * d + alpha ^ 2 * rho_E ^ 2 * rho_E - 2 *
    alpha * rho_H ^ 2 * p * m + 2 * alpha * rho_E ^ 2 * p * m - 2 * alpha * rho_E ^ 2 * m + rho_H * p * m -
    rho_E * p * m + rho_E * m) (rho_H ^ 2 * rho_H * p * m + rho_H ^ 2 * rho_H * p * d + rho_H ^ 2 * rho_H * p -
    rho_E ^ 2 * rho_E * p * m - rho_E ^ 2 * rho_E * p * d - rho_E ^ 2 * rho_E * p + rho_E ^ 2 * rho_E * m +
    rho_E ^ 2 * rho_E * d + rho_E ^ 2 * rho_E) (- 2 * rho_H ^ 2 * p * m + 2 * rho_E ^ 2 * p * m - 2 * rho_E ^ 2
    * m) (rho_H * p * m - rho_E * p * m + rho_E * m) (alpha) (4 * ((rho_H ^ 2) ^ 2 * p ^ 2 * d + (rho_H ^ 2) ^ 2
    * p ^ 2 - rho_H ^ 2 * rho_H * rho_E * p ^ 2 * m - rho_H ^ 2 * rho_H * rho_E * p ^ 2 * d - rho_H ^ 2 * rho_H
    * rho_E * p ^ 2 + rho_H ^ 2 * rho_H * rho_E * p * m + rho_H ^ 2 * rho_H * rho_E * p * d + rho_H ^ 2 * rho_H
    * rho_E * p + 2 * rho_H ^ 2 * rho_E ^ 2 * p ^ 2 * m - 2 * rho_H ^ 2 * rho_E ^ 2 * p * m - rho_H * rho_E ^ 2
    * rho_E * p ^ 2 * m - rho_H * rho_E ^ 2 * rho_E * p ^ 2 * d - rho_H * rho_E ^ 2 * rho_E * p ^ 2 + rho_H *
    rho_E ^ 2 * rho_E * p * m + rho_H * rho_E ^ 2 * rho_E * p * d + rho_H * rho_E ^ 2 * rho_E * p + (rho_E ^ 2)
    ^ 2 * p ^ 2 * d + (rho_E ^ 2) ^ 2 * p ^ 2 - 2 * (rho_E ^ 2) ^ 2 * p * d - 2 * (rho_E ^ 2) ^ 2 * p + (rho_E ^
    2) ^ 2 * d + (rho_E ^ 2) ^ 2) * (m))); [ring | ring | replace (rho_H ^ 2 * rho_H * p * m + rho_H ^ 2 * rho_H
    * p * d + rho_H ^ 2 * rho_H * p - rho_E ^ 2 * rho_E * p * m - rho_E ^ 2 * rho_E * p * d - rho_E ^ 2 * rho_E
    * p + rho_E ^ 2 * rho_E * m + rho_E ^ 2 * rho_E * d + rho_E ^ 2 * rho_E) with ((rho_H ^ 2 * rho_H * p -
    rho_E ^ 2 * rho_E * p + rho_E ^ 2 * rho_E) * (m + d + 1)) by ring; pos | pos]).
  assert (A49 : 0 <= m - 1) by (apply (le_from_product (m - 1) (1) (m - 1)); [ring | pos | exact A12]).
  assert (A50 : 0 <= ((m - 1))) by pos.
  assert (A51 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A14]).
  assert (A52 : 0 <= ((d - 1))) by pos.
  assert (A53 : 0 < ((- rho_H + rho_E))) by pos.
  assert (A54 : 0 <= alpha * rho_H + alpha * rho_E - 2) by (apply (le_from_product (alpha * rho_H + alpha *
    rho_E - 2) (1) (alpha * rho_H + alpha * rho_E - 2)); [ring | pos | exact A16]).
  assert (A55 : 0 <= (((alpha * rho_H + alpha * rho_E - 2)) / ((rho_H + rho_E)))) by pos.
  assert (A56 : 0 < (((- p + 1)) / (p))) by pos.
  assert (A57 : 0 < rho_H * p - rho_E * p + rho_E) by (replace (rho_H * p - rho_E * p + rho_E) with ((p) *
    ((rho_H * (((- p + 1)) / (p)) + rho_H + ((- rho_H + rho_E)) * (((- p + 1)) / (p))))) by (field; nz); pos).
  assert (A58 : 0 <= m - 1) by (apply (le_from_product (m - 1) (1) (m - 1)); [ring | pos | exact A12]).
  assert (A59 : 0 <= ((m - 1))) by pos.
  assert (A60 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A14]).
  assert (A61 : 0 <= ((d - 1))) by pos.
  assert (A62 : 0 < ((- rho_H + rho_E))) by pos.
  assert (A63 : 0 <= alpha * rho_H + alpha * rho_E - 2) by (apply (le_from_product (alpha * rho_H + alpha *
    rho_E - 2) (1) (alpha * rho_H + alpha * rho_E - 2)); [ring | pos | exact A16]).
  assert (A64 : 0 <= (((alpha * rho_H + alpha * rho_E - 2)) / ((rho_H + rho_E)))) by pos.
  assert (A65 : 0 < (((- p + 1)) / (p))) by pos.
  assert (A66 : 0 < alpha * rho_H * m + alpha * rho_H * d + alpha * rho_H + alpha * rho_E * m + alpha * rho_E *
    d + alpha * rho_E - 2 * m) by (replace (alpha * rho_H * m + alpha * rho_H * d + alpha * rho_H + alpha *
    rho_E * m + alpha * rho_E * d + alpha * rho_E - 2 * m) with (((1) / ((rho_H + rho_E))) * ((2 * (((alpha *
    rho_H + alpha * rho_E - 2)) / ((rho_H + rho_E))) * rho_H * ((m - 1)) + 2 * (((alpha * rho_H + alpha * rho_E
    - 2)) / ((rho_H + rho_E))) * rho_H * ((d - 1)) + 6 * (((alpha * rho_H + alpha * rho_E - 2)) / ((rho_H +
    rho_E))) * rho_H + (((alpha * rho_H + alpha * rho_E - 2)) / ((rho_H + rho_E))) * ((- rho_H + rho_E)) * ((m -
    1)) + (((alpha * rho_H + alpha * rho_E - 2)) / ((rho_H + rho_E))) * ((- rho_H + rho_E)) * ((d - 1)) + 3 *
    (((alpha * rho_H + alpha * rho_E - 2)) / ((rho_H + rho_E))) * ((- rho_H + rho_E)) + 2 * ((d - 1)) + 4) * (2
    * rho_H + ((- rho_H + rho_E))))) by (field; nz); pos).
  apply (lt_by_diff _ _ (((alpha) * (alpha * rho_H * m + alpha * rho_H * d + alpha * rho_H + alpha * rho_E * m +
    alpha * rho_E * d + alpha * rho_E - 2 * m) * (rho_H) * (- rho_H + rho_E) * (rho_E) * (p) * (- p + 1)) /
    ((alpha ^ 2 * rho_H ^ 2 * rho_H * p * m + alpha ^ 2 * rho_H ^ 2 * rho_H * p * d + alpha ^ 2 * rho_H ^ 2 *
    rho_H * p - alpha ^ 2 * rho_E ^ 2 * rho_E * p * m - alpha ^ 2 * rho_E ^ 2 * rho_E * p * d - alpha ^ 2 *
    rho_E ^ 2 * rho_E * p + alpha ^ 2 * rho_E ^ 2 * rho_E * m + alpha ^ 2 * rho_E ^ 2 * rho_E * d + alpha ^ 2 *
    rho_E ^ 2 * rho_E - 2 * alpha * rho_H ^ 2 * p * m + 2 * alpha * rho_E ^ 2 * p * m - 2 * alpha * rho_E ^ 2 *
    m + rho_H * p * m - rho_E * p * m + rho_E * m) * (rho_H * p - rho_E * p + rho_E)))); [field; nz | pos].
Qed.

(* collins2022.ratio-bound
   The ratio exceeds 1 by at most the squared distance gained over the weighted spread of the tasks.
   Hypotheses: alpha > 0; rho_H > 0; rho_E > rho_H; p > 0; p < 1; R2 >= 0; V_E >= 0; V_H >= 0; nu2_E >= 0;
   nu2_H >= 0; m >= 1; m is an integer; d >= 1; d is an integer; V_E > 0 or V_H > 0.
   Source: abstract: L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape Affect MAML
   Performance?, arXiv 2010.14672, abstract (ii: only if the hard tasks' optimal solutions are closely packed,
   far from the easy tasks' centre).
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_ratio_bound :
  forall alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d : R,
  let q := 1 - p in
  let kappa := 1 + (1 + d) / m in
  let s_E := 1 - 2 * alpha * rho_E + kappa * alpha ^ 2 * rho_E ^ 2 in
  let s_H := 1 - 2 * alpha * rho_H + kappa * alpha ^ 2 * rho_H ^ 2 in
  let w_E := q * rho_E * s_E in
  let w_H := p * rho_H * s_H in
  let v_E := q * rho_E in
  let v_H := p * rho_H in
  let omega_MAML := w_E / (w_E + w_H) in
  let omega_NAL := v_E / (v_E + v_H) in
  let N := (1 / 2) * d * alpha ^ 2 * (nu2_E * q * rho_E ^ 2 + nu2_H * p * rho_H ^ 2) / m in
  let risk_NAL := N + (1 / 2) * w_E * (V_E + R2 * (1 - omega_NAL) ^ 2) + (1 / 2) * w_H * (V_H + R2 * omega_NAL ^
    2) in
  let risk_MAML := N + (1 / 2) * w_E * (V_E + R2 * (1 - omega_MAML) ^ 2) + (1 / 2) * w_H * (V_H + R2 *
    omega_MAML ^ 2) in
  let ratio := risk_NAL / risk_MAML in
  0 < alpha ->
  0 < rho_H ->
  rho_H < rho_E ->
  0 < p ->
  p < 1 ->
  0 <= R2 ->
  0 <= V_E ->
  0 <= V_H ->
  0 <= nu2_E ->
  0 <= nu2_H ->
  1 <= m ->
  1 <= d ->
  (0 < V_E \/ 0 < V_H) ->
  - 1 + ratio <= R2 * (omega_NAL - omega_MAML) ^ 2 * (w_E + w_H) / (V_E * w_E + V_H * w_H).
Proof.
  intros alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d q kappa s_E s_H w_E w_H v_E v_H omega_MAML omega_NAL N
    risk_NAL risk_MAML ratio H1 H2 H3 H4 H5 H6 H7 H8 H9 H10 H11 H12 H13.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho_H) by (clear - H2; lra).
  assert (A3 : 0 < - rho_H + rho_E) by (clear - H3; lra).
  assert (A4 : 0 < rho_E) by lra.
  assert (A5 : 0 < p) by (clear - H4; lra).
  assert (A6 : 0 < - p + 1) by (clear - H5; lra).
  assert (A7 : 0 <= R2) by (clear - H6; lra).
  assert (A8 : 0 <= V_E) by (clear - H7; lra).
  assert (A9 : 0 <= V_H) by (clear - H8; lra).
  assert (A10 : 0 <= nu2_E) by (clear - H9; lra).
  assert (A11 : 0 <= nu2_H) by (clear - H10; lra).
  assert (A12 : 0 <= m - 1) by (clear - H11; lra).
  assert (A13 : 0 < m) by lra.
  assert (A14 : 0 <= d - 1) by (clear - H12; lra).
  assert (A15 : 0 < d) by lra.
  assert (P_q : 0 < q).
  {
    subst q.
    assert (A16 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A6]).
    apply (lt_by_diff _ _ ((- p + 1))); [field; nz | pos].
  }
  assert (P_s_E : 0 < s_E).
  {
    subst s_E kappa.
    try change (1 - p) with q.
    assert (A17 : 0 < alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 * alpha
      * rho_E * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^
      2 * rho_E ^ 2 - 2 * alpha * rho_E * m + m) (rho_E ^ 2 * m + rho_E ^ 2 * d + rho_E ^ 2) (- 2 * rho_E * m)
      (m) (alpha) (4 * (d + 1) * (rho_E) ^ 2 * (m))); [ring | ring | replace (rho_E ^ 2 * m + rho_E ^ 2 * d +
      rho_E ^ 2) with ((rho_E) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 *
      alpha * rho_E * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_s_H : 0 < s_H).
  {
    subst s_H kappa.
    try change (1 - p) with q.
    assert (A18 : 0 < alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 * alpha
      * rho_H * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^
      2 * rho_H ^ 2 - 2 * alpha * rho_H * m + m) (rho_H ^ 2 * m + rho_H ^ 2 * d + rho_H ^ 2) (- 2 * rho_H * m)
      (m) (alpha) (4 * (rho_H) ^ 2 * (d + 1) * (m))); [ring | ring | replace (rho_H ^ 2 * m + rho_H ^ 2 * d +
      rho_H ^ 2) with ((rho_H) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 *
      alpha * rho_H * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_w_E : 0 < w_E).
  {
    subst w_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q * s_E)); [field; nz | pos].
  }
  assert (P_w_H : 0 < w_H).
  {
    subst w_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p * s_H)); [field; nz | pos].
  }
  assert (P_v_E : 0 < v_E).
  {
    subst v_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q)); [field; nz | pos].
  }
  assert (P_v_H : 0 < v_H).
  {
    subst v_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p)); [field; nz | pos].
  }
  subst ratio risk_MAML risk_NAL N omega_NAL omega_MAML kappa.
  try change (1 - p) with q.
  clearbody v_H v_E w_H w_E s_H s_E q.
  destruct H13 as [H13 | H13].
  {
    assert (A39 : 0 < V_E) by (clear - H13; lra).
    assert (A40 : 0 <= nu2_H) by (apply (le_from_product (nu2_H) (1) (nu2_H)); [ring | pos | exact A11]).
    assert (A41 : 0 <= nu2_E) by (apply (le_from_product (nu2_E) (1) (nu2_E)); [ring | pos | exact A10]).
    assert (A42 : 0 <= m - 1) by (apply (le_from_product (m - 1) (1) (m - 1)); [ring | pos | exact A12]).
    assert (A43 : 0 <= ((m - 1))) by pos.
    assert (A44 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A14]).
    assert (A45 : 0 <= ((d - 1))) by pos.
    assert (A46 : 0 < - rho_H + rho_E) by (apply (lt_from_product (- rho_H + rho_E) (1) (- rho_H + rho_E));
      [ring | pos | exact A3]).
    assert (A47 : 0 < ((- rho_H + rho_E))) by pos.
    assert (A48 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A6]).
    assert (A49 : 0 < (((- p + 1)) / (p))) by pos.
    assert (A50 : 0 <= nu2_H) by (apply (le_from_product (nu2_H) (1) (nu2_H)); [ring | pos | exact A11]).
    assert (A51 : 0 <= nu2_E) by (apply (le_from_product (nu2_E) (1) (nu2_E)); [ring | pos | exact A10]).
    assert (A52 : 0 <= m - 1) by (apply (le_from_product (m - 1) (1) (m - 1)); [ring | pos | exact A12]).
    assert (A53 : 0 <= ((m - 1))) by pos.
    assert (A54 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A14]).
    assert (A55 : 0 <= ((d - 1))) by pos.
    assert (A56 : 0 < ((- rho_H + rho_E))) by pos.
    assert (A57 : 0 < (((- p + 1)) / (p))) by pos.
    assert (A58 : 0 <= R2) by (apply (le_from_product (R2) (1) (R2)); [ring | pos | exact A7]).
    apply (le_by_diff _ _ (((alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_E + alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d
      * w_H + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_E + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_H + R2 * m
      * w_E * w_H) * (w_E * v_H - w_H * v_E) ^ 2 * (R2)) / ((alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_E + alpha
      ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_H + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_E + alpha ^ 2 * rho_E ^
      2 * nu2_E * d * q * w_H + R2 * m * w_E * w_H + V_E * m * w_E ^ 2 + V_E * m * w_E * w_H + V_H * m * w_E *
      w_H + V_H * m * w_H ^ 2) * (w_E + w_H) * (v_E + v_H) ^ 2 * (V_E * w_E + V_H * w_H)))); [field; nz | pos].
  }
  {
    assert (A59 : 0 < V_H) by (clear - H13; lra).
    assert (A60 : 0 <= nu2_H) by (apply (le_from_product (nu2_H) (1) (nu2_H)); [ring | pos | exact A11]).
    assert (A61 : 0 <= nu2_E) by (apply (le_from_product (nu2_E) (1) (nu2_E)); [ring | pos | exact A10]).
    assert (A62 : 0 <= m - 1) by (apply (le_from_product (m - 1) (1) (m - 1)); [ring | pos | exact A12]).
    assert (A63 : 0 <= ((m - 1))) by pos.
    assert (A64 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A14]).
    assert (A65 : 0 <= ((d - 1))) by pos.
    assert (A66 : 0 < - rho_H + rho_E) by (apply (lt_from_product (- rho_H + rho_E) (1) (- rho_H + rho_E));
      [ring | pos | exact A3]).
    assert (A67 : 0 < ((- rho_H + rho_E))) by pos.
    assert (A68 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A6]).
    assert (A69 : 0 < (((- p + 1)) / (p))) by pos.
    assert (A70 : 0 <= nu2_H) by (apply (le_from_product (nu2_H) (1) (nu2_H)); [ring | pos | exact A11]).
    assert (A71 : 0 <= nu2_E) by (apply (le_from_product (nu2_E) (1) (nu2_E)); [ring | pos | exact A10]).
    assert (A72 : 0 <= m - 1) by (apply (le_from_product (m - 1) (1) (m - 1)); [ring | pos | exact A12]).
    assert (A73 : 0 <= ((m - 1))) by pos.
    assert (A74 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A14]).
    assert (A75 : 0 <= ((d - 1))) by pos.
    assert (A76 : 0 < ((- rho_H + rho_E))) by pos.
    assert (A77 : 0 < (((- p + 1)) / (p))) by pos.
    assert (A78 : 0 <= R2) by (apply (le_from_product (R2) (1) (R2)); [ring | pos | exact A7]).
    apply (le_by_diff _ _ (((alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_E + alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d
      * w_H + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_E + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_H + R2 * m
      * w_E * w_H) * (w_E * v_H - w_H * v_E) ^ 2 * (R2)) / ((alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_E + alpha
      ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_H + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_E + alpha ^ 2 * rho_E ^
      2 * nu2_E * d * q * w_H + R2 * m * w_E * w_H + V_E * m * w_E ^ 2 + V_E * m * w_E * w_H + V_H * m * w_E *
      w_H + V_H * m * w_H ^ 2) * (w_E + w_H) * (v_E + v_H) ^ 2 * (V_E * w_E + V_H * w_H)))); [field; nz | pos].
  }
Qed.

(* collins2022.ratio-needs-packing
   A ratio of 1 + t needs hard tasks that are packed: V_H is at most the squared distance gained over t w_H.
   Hypotheses: alpha > 0; rho_H > 0; rho_E > rho_H; p > 0; p < 1; R2 >= 0; V_E >= 0; V_H >= 0; nu2_E >= 0;
   nu2_H >= 0; m >= 1; m is an integer; d >= 1; d is an integer; t > 0; V_E > 0 or V_H > 0.
   Source: abstract: L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape Affect MAML
   Performance?, arXiv 2010.14672, abstract (ii: only if the hard tasks' optimal solutions are closely packed,
   far from the easy tasks' centre).
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_ratio_needs_packing :
  forall alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d t : R,
  let q := 1 - p in
  let kappa := 1 + (1 + d) / m in
  let s_E := 1 - 2 * alpha * rho_E + kappa * alpha ^ 2 * rho_E ^ 2 in
  let s_H := 1 - 2 * alpha * rho_H + kappa * alpha ^ 2 * rho_H ^ 2 in
  let w_E := q * rho_E * s_E in
  let w_H := p * rho_H * s_H in
  let v_E := q * rho_E in
  let v_H := p * rho_H in
  let omega_MAML := w_E / (w_E + w_H) in
  let omega_NAL := v_E / (v_E + v_H) in
  let N := (1 / 2) * d * alpha ^ 2 * (nu2_E * q * rho_E ^ 2 + nu2_H * p * rho_H ^ 2) / m in
  let risk_NAL := N + (1 / 2) * w_E * (V_E + R2 * (1 - omega_NAL) ^ 2) + (1 / 2) * w_H * (V_H + R2 * omega_NAL ^
    2) in
  let risk_MAML := N + (1 / 2) * w_E * (V_E + R2 * (1 - omega_MAML) ^ 2) + (1 / 2) * w_H * (V_H + R2 *
    omega_MAML ^ 2) in
  let ratio := risk_NAL / risk_MAML in
  0 < alpha ->
  0 < rho_H ->
  rho_H < rho_E ->
  0 < p ->
  p < 1 ->
  0 <= R2 ->
  0 <= V_E ->
  0 <= V_H ->
  0 <= nu2_E ->
  0 <= nu2_H ->
  1 <= m ->
  1 <= d ->
  0 < t ->
  (0 < V_E \/ 0 < V_H) ->
  1 + t <= ratio -> V_H <= R2 * (omega_NAL - omega_MAML) ^ 2 * (w_E + w_H) / t / w_H.
Proof.
  intros alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d t q kappa s_E s_H w_E w_H v_E v_H omega_MAML omega_NAL N
    risk_NAL risk_MAML ratio H1 H2 H3 H4 H5 H6 H7 H8 H9 H10 H11 H12 H13 H14.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho_H) by (clear - H2; lra).
  assert (A3 : 0 < - rho_H + rho_E) by (clear - H3; lra).
  assert (A4 : 0 < rho_E) by lra.
  assert (A5 : 0 < p) by (clear - H4; lra).
  assert (A6 : 0 < - p + 1) by (clear - H5; lra).
  assert (A7 : 0 <= R2) by (clear - H6; lra).
  assert (A8 : 0 <= V_E) by (clear - H7; lra).
  assert (A9 : 0 <= V_H) by (clear - H8; lra).
  assert (A10 : 0 <= nu2_E) by (clear - H9; lra).
  assert (A11 : 0 <= nu2_H) by (clear - H10; lra).
  assert (A12 : 0 <= m - 1) by (clear - H11; lra).
  assert (A13 : 0 < m) by lra.
  assert (A14 : 0 <= d - 1) by (clear - H12; lra).
  assert (A15 : 0 < d) by lra.
  assert (A16 : 0 < t) by (clear - H13; lra).
  assert (P_q : 0 < q).
  {
    subst q.
    assert (A17 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A6]).
    apply (lt_by_diff _ _ ((- p + 1))); [field; nz | pos].
  }
  assert (P_s_E : 0 < s_E).
  {
    subst s_E kappa.
    try change (1 - p) with q.
    assert (A18 : 0 < alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 * alpha
      * rho_E * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^
      2 * rho_E ^ 2 - 2 * alpha * rho_E * m + m) (rho_E ^ 2 * m + rho_E ^ 2 * d + rho_E ^ 2) (- 2 * rho_E * m)
      (m) (alpha) (4 * (d + 1) * (rho_E) ^ 2 * (m))); [ring | ring | replace (rho_E ^ 2 * m + rho_E ^ 2 * d +
      rho_E ^ 2) with ((rho_E) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 *
      alpha * rho_E * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_s_H : 0 < s_H).
  {
    subst s_H kappa.
    try change (1 - p) with q.
    assert (A19 : 0 < alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 * alpha
      * rho_H * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^
      2 * rho_H ^ 2 - 2 * alpha * rho_H * m + m) (rho_H ^ 2 * m + rho_H ^ 2 * d + rho_H ^ 2) (- 2 * rho_H * m)
      (m) (alpha) (4 * (rho_H) ^ 2 * (d + 1) * (m))); [ring | ring | replace (rho_H ^ 2 * m + rho_H ^ 2 * d +
      rho_H ^ 2) with ((rho_H) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 *
      alpha * rho_H * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_w_E : 0 < w_E).
  {
    subst w_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q * s_E)); [field; nz | pos].
  }
  assert (P_w_H : 0 < w_H).
  {
    subst w_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p * s_H)); [field; nz | pos].
  }
  assert (P_v_E : 0 < v_E).
  {
    subst v_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q)); [field; nz | pos].
  }
  assert (P_v_H : 0 < v_H).
  {
    subst v_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p)); [field; nz | pos].
  }
  subst ratio risk_MAML risk_NAL N omega_NAL omega_MAML kappa.
  try change (1 - p) with q.
  clearbody v_H v_E w_H w_E s_H s_E q.
  destruct H14 as [H14 | H14].
  {
    assert (A65 : 0 < V_E) by (clear - H14; lra).
    intro A66.
    assert (A67 : 0 <= nu2_H) by (apply (le_from_product (nu2_H) (1) (nu2_H)); [ring | pos | exact A11]).
    assert (A68 : 0 <= nu2_E) by (apply (le_from_product (nu2_E) (1) (nu2_E)); [ring | pos | exact A10]).
    assert (A69 : 0 <= m - 1) by (apply (le_from_product (m - 1) (1) (m - 1)); [ring | pos | exact A12]).
    assert (A70 : 0 <= ((m - 1))) by pos.
    assert (A71 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A14]).
    assert (A72 : 0 <= ((d - 1))) by pos.
    assert (A73 : 0 < - rho_H + rho_E) by (apply (lt_from_product (- rho_H + rho_E) (1) (- rho_H + rho_E));
      [ring | pos | exact A3]).
    assert (A74 : 0 < ((- rho_H + rho_E))) by pos.
    assert (A75 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A6]).
    assert (A76 : 0 < (((- p + 1)) / (p))) by pos.
    assert (A77 : 0 <= nu2_H) by (apply (le_from_product (nu2_H) (1) (nu2_H)); [ring | pos | exact A11]).
    assert (A78 : 0 <= nu2_E) by (apply (le_from_product (nu2_E) (1) (nu2_E)); [ring | pos | exact A10]).
    assert (A79 : 0 <= V_H) by (apply (le_from_product (V_H) (1) (V_H)); [ring | pos | exact A9]).
    assert (A80 : 0 <= alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_E ^ 2 * v_H ^ 2 - 2 * alpha ^ 2 * rho_H ^ 2 * p
      * nu2_H * d * w_E * w_H * v_E * v_H + alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_H ^ 2 * v_E ^ 2 + alpha ^
      2 * rho_E ^ 2 * nu2_E * d * q * w_E ^ 2 * v_H ^ 2 - 2 * alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_E * w_H
      * v_E * v_H + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_H ^ 2 * v_E ^ 2 + V_E * m * w_E ^ 2 * w_E * v_H ^
      2 - 2 * V_E * m * w_E ^ 2 * w_H * v_E * v_H + V_E * m * w_E * w_H ^ 2 * v_E ^ 2 + V_H * m * t * w_E * w_H
      ^ 2 * v_E ^ 2 + 2 * V_H * m * t * w_E * w_H ^ 2 * v_E * v_H + V_H * m * t * w_E * w_H ^ 2 * v_H ^ 2) by
      (apply (le_by_square (alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_E ^ 2 * v_H ^ 2 - 2 * alpha ^ 2 * rho_H ^
      2 * p * nu2_H * d * w_E * w_H * v_E * v_H + alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_H ^ 2 * v_E ^ 2 +
      alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_E ^ 2 * v_H ^ 2 - 2 * alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q *
      w_E * w_H * v_E * v_H + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_H ^ 2 * v_E ^ 2 + V_E * m * w_E ^ 2 *
      w_E * v_H ^ 2 - 2 * V_E * m * w_E ^ 2 * w_H * v_E * v_H + V_E * m * w_E * w_H ^ 2 * v_E ^ 2 + V_H * m * t
      * w_E * w_H ^ 2 * v_E ^ 2 + 2 * V_H * m * t * w_E * w_H ^ 2 * v_E * v_H + V_H * m * t * w_E * w_H ^ 2 *
      v_H ^ 2) (alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * v_E ^ 2 + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * v_E ^
      2 + V_E * m * w_E * v_E ^ 2 + V_H * m * t * w_E * v_E ^ 2 + 2 * V_H * m * t * w_E * v_E * v_H + V_H * m *
      t * w_E * v_H ^ 2) (- 2 * alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_E * v_E * v_H - 2 * alpha ^ 2 * rho_E
      ^ 2 * nu2_E * d * q * w_E * v_E * v_H - 2 * V_E * m * w_E ^ 2 * v_E * v_H) (alpha ^ 2 * rho_H ^ 2 * p *
      nu2_H * d * w_E ^ 2 * v_H ^ 2 + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_E ^ 2 * v_H ^ 2 + V_E * m * w_E
      ^ 2 * w_E * v_H ^ 2) (w_H) (4 * (alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d + alpha ^ 2 * rho_E ^ 2 * nu2_E * d
      * q + V_E * m * w_E) * (t) * (w_E) ^ 2 * (w_E) * (v_E + v_H) ^ 2 * (v_H) ^ 2 * (V_H) * (m))); [ring | ring
      | replace (alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * v_E ^ 2 + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * v_E ^
      2 + V_E * m * w_E * v_E ^ 2 + V_H * m * t * w_E * v_E ^ 2 + 2 * V_H * m * t * w_E * v_E * v_H + V_H * m *
      t * w_E * v_H ^ 2) with ((alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * v_E ^ 2 + alpha ^ 2 * rho_E ^ 2 * nu2_E
      * d * q * v_E ^ 2 + V_E * m * w_E * v_E ^ 2 + V_H * m * t * w_E * v_E ^ 2 + 2 * V_H * m * t * w_E * v_E *
      v_H + V_H * m * t * w_E * v_H ^ 2)) by ring; pos | pos]).
    refine (le_by_multiple _ _ _ _ (((alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_E + alpha ^ 2 * rho_H ^ 2 * p *
      nu2_H * d * w_H + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_E + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q *
      w_H + R2 * m * w_E * w_H + V_E * m * w_E ^ 2 + V_E * m * w_E * w_H + V_H * m * w_E * w_H + V_H * m * w_H ^
      2)) / ((t) * (w_E + w_H) * (w_H) * (m))) (((alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_E + alpha ^ 2 *
      rho_H ^ 2 * p * nu2_H * d * w_H + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_E + alpha ^ 2 * rho_E ^ 2 *
      nu2_E * d * q * w_H + R2 * m * w_E * w_H + V_E * m * w_E ^ 2 + V_E * m * w_E * w_H)) / ((w_E + w_H) *
      (w_H) * (m))) _ _ _ A66); [field; nz | pos | pos].
  }
  {
    assert (A81 : 0 < V_H) by (clear - H14; lra).
    intro A82.
    assert (A83 : 0 <= nu2_H) by (apply (le_from_product (nu2_H) (1) (nu2_H)); [ring | pos | exact A11]).
    assert (A84 : 0 <= nu2_E) by (apply (le_from_product (nu2_E) (1) (nu2_E)); [ring | pos | exact A10]).
    assert (A85 : 0 <= m - 1) by (apply (le_from_product (m - 1) (1) (m - 1)); [ring | pos | exact A12]).
    assert (A86 : 0 <= ((m - 1))) by pos.
    assert (A87 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A14]).
    assert (A88 : 0 <= ((d - 1))) by pos.
    assert (A89 : 0 < - rho_H + rho_E) by (apply (lt_from_product (- rho_H + rho_E) (1) (- rho_H + rho_E));
      [ring | pos | exact A3]).
    assert (A90 : 0 < ((- rho_H + rho_E))) by pos.
    assert (A91 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A6]).
    assert (A92 : 0 < (((- p + 1)) / (p))) by pos.
    assert (A93 : 0 <= nu2_H) by (apply (le_from_product (nu2_H) (1) (nu2_H)); [ring | pos | exact A11]).
    assert (A94 : 0 <= nu2_E) by (apply (le_from_product (nu2_E) (1) (nu2_E)); [ring | pos | exact A10]).
    assert (A95 : 0 <= m - 1) by (apply (le_from_product (m - 1) (1) (m - 1)); [ring | pos | exact A12]).
    assert (A96 : 0 <= ((m - 1))) by pos.
    assert (A97 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A14]).
    assert (A98 : 0 <= ((d - 1))) by pos.
    assert (A99 : 0 < ((- rho_H + rho_E))) by pos.
    assert (A100 : 0 < (((- p + 1)) / (p))) by pos.
    assert (A101 : 0 <= nu2_H) by (apply (le_from_product (nu2_H) (1) (nu2_H)); [ring | pos | exact A11]).
    assert (A102 : 0 <= nu2_E) by (apply (le_from_product (nu2_E) (1) (nu2_E)); [ring | pos | exact A10]).
    assert (A103 : 0 <= m - 1) by (apply (le_from_product (m - 1) (1) (m - 1)); [ring | pos | exact A12]).
    assert (A104 : 0 <= ((m - 1))) by pos.
    assert (A105 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A14]).
    assert (A106 : 0 <= ((d - 1))) by pos.
    assert (A107 : 0 < ((- rho_H + rho_E))) by pos.
    assert (A108 : 0 < (((- p + 1)) / (p))) by pos.
    assert (A109 : 0 <= alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_E ^ 2 * v_H ^ 2 - 2 * alpha ^ 2 * rho_H ^ 2 *
      p * nu2_H * d * w_E * w_H * v_E * v_H + alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_H ^ 2 * v_E ^ 2 + alpha
      ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_E ^ 2 * v_H ^ 2 - 2 * alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_E *
      w_H * v_E * v_H + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_H ^ 2 * v_E ^ 2 + V_E * m * w_E ^ 2 * w_E *
      v_H ^ 2 - 2 * V_E * m * w_E ^ 2 * w_H * v_E * v_H + V_E * m * w_E * w_H ^ 2 * v_E ^ 2 + V_H * m * t * w_E
      * w_H ^ 2 * v_E ^ 2 + 2 * V_H * m * t * w_E * w_H ^ 2 * v_E * v_H + V_H * m * t * w_E * w_H ^ 2 * v_H ^ 2)
      by (apply (le_by_square (alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_E ^ 2 * v_H ^ 2 - 2 * alpha ^ 2 * rho_H
      ^ 2 * p * nu2_H * d * w_E * w_H * v_E * v_H + alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_H ^ 2 * v_E ^ 2 +
      alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_E ^ 2 * v_H ^ 2 - 2 * alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q *
      w_E * w_H * v_E * v_H + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_H ^ 2 * v_E ^ 2 + V_E * m * w_E ^ 2 *
      w_E * v_H ^ 2 - 2 * V_E * m * w_E ^ 2 * w_H * v_E * v_H + V_E * m * w_E * w_H ^ 2 * v_E ^ 2 + V_H * m * t
      * w_E * w_H ^ 2 * v_E ^ 2 + 2 * V_H * m * t * w_E * w_H ^ 2 * v_E * v_H + V_H * m * t * w_E * w_H ^ 2 *
      v_H ^ 2) (alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * v_E ^ 2 + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * v_E ^
      2 + V_E * m * w_E * v_E ^ 2 + V_H * m * t * w_E * v_E ^ 2 + 2 * V_H * m * t * w_E * v_E * v_H + V_H * m *
      t * w_E * v_H ^ 2) (- 2 * alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_E * v_E * v_H - 2 * alpha ^ 2 * rho_E
      ^ 2 * nu2_E * d * q * w_E * v_E * v_H - 2 * V_E * m * w_E ^ 2 * v_E * v_H) (alpha ^ 2 * rho_H ^ 2 * p *
      nu2_H * d * w_E ^ 2 * v_H ^ 2 + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_E ^ 2 * v_H ^ 2 + V_E * m * w_E
      ^ 2 * w_E * v_H ^ 2) (w_H) (4 * (alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d + alpha ^ 2 * rho_E ^ 2 * nu2_E * d
      * q + V_E * m * w_E) * (t) * (w_E) ^ 2 * (w_E) * (v_E + v_H) ^ 2 * (v_H) ^ 2 * (V_H) * (m))); [ring | ring
      | replace (alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * v_E ^ 2 + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * v_E ^
      2 + V_E * m * w_E * v_E ^ 2 + V_H * m * t * w_E * v_E ^ 2 + 2 * V_H * m * t * w_E * v_E * v_H + V_H * m *
      t * w_E * v_H ^ 2) with ((alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * v_E ^ 2 + alpha ^ 2 * rho_E ^ 2 * nu2_E
      * d * q * v_E ^ 2 + V_E * m * w_E * v_E ^ 2 + V_H * m * t * w_E * v_E ^ 2 + 2 * V_H * m * t * w_E * v_E *
      v_H + V_H * m * t * w_E * v_H ^ 2)) by ring; pos | pos]).
    assert (A110 : 0 <= nu2_H) by (apply (le_from_product (nu2_H) (1) (nu2_H)); [ring | pos | exact A11]).
    assert (A111 : 0 <= nu2_E) by (apply (le_from_product (nu2_E) (1) (nu2_E)); [ring | pos | exact A10]).
    assert (A112 : 0 <= m - 1) by (apply (le_from_product (m - 1) (1) (m - 1)); [ring | pos | exact A12]).
    assert (A113 : 0 <= ((m - 1))) by pos.
    assert (A114 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A14]).
    assert (A115 : 0 <= ((d - 1))) by pos.
    assert (A116 : 0 < ((- rho_H + rho_E))) by pos.
    assert (A117 : 0 < (((- p + 1)) / (p))) by pos.
    assert (A118 : 0 <= nu2_H) by (apply (le_from_product (nu2_H) (1) (nu2_H)); [ring | pos | exact A11]).
    assert (A119 : 0 <= nu2_E) by (apply (le_from_product (nu2_E) (1) (nu2_E)); [ring | pos | exact A10]).
    assert (A120 : 0 <= V_E) by (apply (le_from_product (V_E) (1) (V_E)); [ring | pos | exact A8]).
    assert (A121 : 0 <= m - 1) by (apply (le_from_product (m - 1) (1) (m - 1)); [ring | pos | exact A12]).
    assert (A122 : 0 <= ((m - 1))) by pos.
    assert (A123 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A14]).
    assert (A124 : 0 <= ((d - 1))) by pos.
    assert (A125 : 0 < ((- rho_H + rho_E))) by pos.
    assert (A126 : 0 < (((- p + 1)) / (p))) by pos.
    refine (le_by_multiple _ _ _ _ (((alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_E + alpha ^ 2 * rho_H ^ 2 * p *
      nu2_H * d * w_H + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_E + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q *
      w_H + R2 * m * w_E * w_H + V_E * m * w_E ^ 2 + V_E * m * w_E * w_H + V_H * m * w_E * w_H + V_H * m * w_H ^
      2)) / ((t) * (w_E + w_H) * (w_H) * (m))) (((alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_E + alpha ^ 2 *
      rho_H ^ 2 * p * nu2_H * d * w_H + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_E + alpha ^ 2 * rho_E ^ 2 *
      nu2_E * d * q * w_H + R2 * m * w_E * w_H + V_E * m * w_E ^ 2 + V_E * m * w_E * w_H)) / ((w_E + w_H) *
      (w_H) * (m))) _ _ _ A82); [field; nz | pos | pos].
  }
Qed.

(* collins2022.ratio-many-samples
   With alpha = 1/rho_E, no noise and m to infinity, the ratio tends to 1 + share_NAL^2 R2 / V_H: the easy
   tasks' spread drops out.
   Hypotheses: rho_H > 0; rho_E > rho_H; p > 0; p < 1; R2 >= 0; V_E >= 0; V_H >= 0; m >= 1; m is an integer; d
   >= 1; d is an integer; V_H > 0.
   Source: abstract: L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape Affect MAML
   Performance?, arXiv 2010.14672, abstract (ii: only if the hard tasks' optimal solutions are closely packed,
   far from the easy tasks' centre).
   Not exported: it is a limit, of which no epsilon proof is generated; the exact rung settles it. *)
(* collins2022.ratio-population
   With alpha = 1/rho_E and the population gradient, the ratio is 1 + share_NAL^2 R2 / V_H.
   Hypotheses: rho_H > 0; rho_E > rho_H; p > 0; p < 1; R2 >= 0; V_E >= 0; V_H >= 0; d >= 1; d is an integer;
   V_H > 0.
   Source: abstract: L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape Affect MAML
   Performance?, arXiv 2010.14672, abstract (ii: only if the hard tasks' optimal solutions are closely packed,
   far from the easy tasks' centre).
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_ratio_population :
  forall rho_H rho_E p R2 V_E V_H d : R,
  let q := 1 - p in
  let v_E := q * rho_E in
  let v_H := p * rho_H in
  let omega_NAL := v_E / (v_E + v_H) in
  let ratio := (V_H + R2 * rho_E ^ 2 * (1 - p) ^ 2 / (p * rho_H + rho_E * (1 - p)) ^ 2) / V_H in
  0 < rho_H ->
  rho_H < rho_E ->
  0 < p ->
  p < 1 ->
  0 <= R2 ->
  0 <= V_E ->
  0 <= V_H ->
  1 <= d ->
  0 < V_H ->
  ratio = 1 + R2 * omega_NAL ^ 2 / V_H.
Proof.
  intros rho_H rho_E p R2 V_E V_H d q v_E v_H omega_NAL ratio H1 H2 H3 H4 H5 H6 H7 H8 H9.
  assert (A1 : 0 < rho_H) by (clear - H1; lra).
  assert (A2 : 0 < - rho_H + rho_E) by (clear - H2; lra).
  assert (A3 : 0 < rho_E) by lra.
  assert (A4 : 0 < p) by (clear - H3; lra).
  assert (A5 : 0 < - p + 1) by (clear - H4; lra).
  assert (A6 : 0 <= R2) by (clear - H5; lra).
  assert (A7 : 0 <= V_E) by (clear - H6; lra).
  assert (A8 : 0 <= V_H) by (clear - H7; lra).
  assert (A9 : 0 <= d - 1) by (clear - H8; lra).
  assert (A10 : 0 < d) by lra.
  assert (A11 : 0 < V_H) by (clear - H9; lra).
  assert (P_q : 0 < q).
  {
    subst q.
    assert (A12 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A5]).
    apply (lt_by_diff _ _ ((- p + 1))); [field; nz | pos].
  }
  assert (P_v_E : 0 < v_E).
  {
    subst v_E.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q)); [field; nz | pos].
  }
  assert (P_v_H : 0 < v_H).
  {
    subst v_H.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p)); [field; nz | pos].
  }
  subst ratio omega_NAL v_H v_E.
  try change (1 - p) with q.
  clearbody q.
  field; nz.
Qed.

(* collins2022.ratio-diverges
   In that limit the ratio grows without bound as the hard tasks' spread vanishes.
   Hypotheses: rho_H > 0; rho_E > rho_H; p > 0; p < 1; R2 >= 0; V_E >= 0; V_H >= 0; d >= 1; d is an integer;
   V_H > 0; R2 > 0.
   Source: abstract: L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape Affect MAML
   Performance?, arXiv 2010.14672, abstract (ii: only if the hard tasks' optimal solutions are closely packed,
   far from the easy tasks' centre).
   Not exported: it is a limit, of which no epsilon proof is generated; the exact rung settles it. *)
(* collins2022.ratio-capped
   In that limit the ratio is at most 1 + 1/c when V_H >= c R2.
   Hypotheses: rho_H > 0; rho_E > rho_H; p > 0; p < 1; R2 >= 0; V_E >= 0; V_H >= 0; d >= 1; d is an integer;
   V_H > 0; c > 0; V_H >= R2*c.
   Source: abstract: L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape Affect MAML
   Performance?, arXiv 2010.14672, abstract (ii: only if the hard tasks' optimal solutions are closely packed,
   far from the easy tasks' centre).
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_ratio_capped :
  forall rho_H rho_E p R2 V_E V_H d c : R,
  let q := 1 - p in
  let v_E := q * rho_E in
  let v_H := p * rho_H in
  let omega_NAL := v_E / (v_E + v_H) in
  let ratio := 1 + R2 * omega_NAL ^ 2 / V_H in
  0 < rho_H ->
  rho_H < rho_E ->
  0 < p ->
  p < 1 ->
  0 <= R2 ->
  0 <= V_E ->
  0 <= V_H ->
  1 <= d ->
  0 < V_H ->
  0 < c ->
  R2 * c <= V_H ->
  ratio <= 1 + 1 / c.
Proof.
  intros rho_H rho_E p R2 V_E V_H d c q v_E v_H omega_NAL ratio H1 H2 H3 H4 H5 H6 H7 H8 H9 H10 H11.
  assert (A1 : 0 < rho_H) by (clear - H1; lra).
  assert (A2 : 0 < - rho_H + rho_E) by (clear - H2; lra).
  assert (A3 : 0 < rho_E) by lra.
  assert (A4 : 0 < p) by (clear - H3; lra).
  assert (A5 : 0 < - p + 1) by (clear - H4; lra).
  assert (A6 : 0 <= R2) by (clear - H5; lra).
  assert (A7 : 0 <= V_E) by (clear - H6; lra).
  assert (A8 : 0 <= V_H) by (clear - H7; lra).
  assert (A9 : 0 <= d - 1) by (clear - H8; lra).
  assert (A10 : 0 < d) by lra.
  assert (A11 : 0 < V_H) by (clear - H9; lra).
  assert (A12 : 0 < c) by (clear - H10; lra).
  assert (A13 : 0 <= - R2 * c + V_H) by (clear - H11; lra).
  assert (P_q : 0 < q).
  {
    subst q.
    assert (A14 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A5]).
    apply (lt_by_diff _ _ ((- p + 1))); [field; nz | pos].
  }
  assert (P_v_E : 0 < v_E).
  {
    subst v_E.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q)); [field; nz | pos].
  }
  assert (P_v_H : 0 < v_H).
  {
    subst v_H.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p)); [field; nz | pos].
  }
  subst ratio omega_NAL v_H v_E q.
  assert (A43 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A9]).
  assert (A44 : 0 <= ((d - 1))) by pos.
  assert (A45 : 0 < - rho_H + rho_E) by (apply (lt_from_product (- rho_H + rho_E) (1) (- rho_H + rho_E)); [ring
    | pos | exact A2]).
  assert (A46 : 0 < ((- rho_H + rho_E))) by pos.
  assert (A47 : 0 <= - R2 * c + V_H) by (apply (le_from_product (- R2 * c + V_H) (1) (- R2 * c + V_H)); [ring |
    pos | exact A13]).
  assert (A48 : 0 <= ((- R2 * c + V_H))) by pos.
  assert (A49 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A5]).
  assert (A50 : 0 < (((- p + 1)) / (p))) by pos.
  assert (A51 : 0 < rho_H * p - rho_E * p + rho_E) by (replace (rho_H * p - rho_E * p + rho_E) with ((p) *
    ((rho_H * (((- p + 1)) / (p)) + rho_H + ((- rho_H + rho_E)) * (((- p + 1)) / (p))))) by (field; nz); pos).
  assert (A52 : 0 <= R2) by (apply (le_from_product (R2) (1) (R2)); [ring | pos | exact A6]).
  assert (A53 : 0 <= - R2 * c + V_H) by (apply (le_from_product (- R2 * c + V_H) (1) (- R2 * c + V_H)); [ring |
    pos | exact A13]).
  assert (A54 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A9]).
  assert (A55 : 0 <= ((d - 1))) by pos.
  assert (A56 : 0 < ((- rho_H + rho_E))) by pos.
  assert (A57 : 0 <= ((- R2 * c + V_H))) by pos.
  assert (A58 : 0 < (((- p + 1)) / (p))) by pos.
  assert (A59 : 0 <= - R2 * c + V_H) by (replace (- R2 * c + V_H) with ((1) * ((((- R2 * c + V_H))))) by (field;
    nz); pos).
  assert (A60 : 0 <= R2) by (apply (le_from_product (R2) (1) (R2)); [ring | pos | exact A6]).
  assert (A61 : 0 <= - R2 * c + V_H) by (apply (le_from_product (- R2 * c + V_H) (1) (- R2 * c + V_H)); [ring |
    pos | exact A13]).
  assert (A62 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A9]).
  assert (A63 : 0 <= ((d - 1))) by pos.
  assert (A64 : 0 < ((- rho_H + rho_E))) by pos.
  assert (A65 : 0 <= ((- R2 * c + V_H))) by pos.
  assert (A66 : 0 < (((- p + 1)) / (p))) by pos.
  assert (A67 : 0 <= - R2 * c + V_H) by (replace (- R2 * c + V_H) with ((1) * ((((- R2 * c + V_H))))) by (field;
    nz); pos).
  assert (A68 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A9]).
  assert (A69 : 0 <= ((d - 1))) by pos.
  assert (A70 : 0 < ((- rho_H + rho_E))) by pos.
  assert (A71 : 0 <= - R2 * c + V_H) by (apply (le_from_product (- R2 * c + V_H) (1) (- R2 * c + V_H)); [ring |
    pos | exact A13]).
  assert (A72 : 0 <= ((- R2 * c + V_H))) by pos.
  assert (A73 : 0 < (((- p + 1)) / (p))) by pos.
  assert (A74 : 0 <= d - 1) by (apply (le_from_product (d - 1) (1) (d - 1)); [ring | pos | exact A9]).
  assert (A75 : 0 <= ((d - 1))) by pos.
  assert (A76 : 0 < ((- rho_H + rho_E))) by pos.
  assert (A77 : 0 <= - R2 * c + V_H) by (apply (le_from_product (- R2 * c + V_H) (1) (- R2 * c + V_H)); [ring |
    pos | exact A13]).
  assert (A78 : 0 <= ((- R2 * c + V_H))) by pos.
  assert (A79 : 0 < (((- p + 1)) / (p))) by pos.
  assert (A80 : 0 <= rho_H ^ 2 * p ^ 2 * V_H - 2 * rho_H * rho_E * p ^ 2 * V_H + 2 * rho_H * rho_E * p * V_H -
    rho_E ^ 2 * p ^ 2 * R2 * c + rho_E ^ 2 * p ^ 2 * V_H + 2 * rho_E ^ 2 * p * R2 * c - 2 * rho_E ^ 2 * p * V_H
    - rho_E ^ 2 * R2 * c + rho_E ^ 2 * V_H) by (replace (rho_H ^ 2 * p ^ 2 * V_H - 2 * rho_H * rho_E * p ^ 2 *
    V_H + 2 * rho_H * rho_E * p * V_H - rho_E ^ 2 * p ^ 2 * R2 * c + rho_E ^ 2 * p ^ 2 * V_H + 2 * rho_E ^ 2 * p
    * R2 * c - 2 * rho_E ^ 2 * p * V_H - rho_E ^ 2 * R2 * c + rho_E ^ 2 * V_H) with ((p ^ 2) * ((rho_H ^ 2 *
    (((- p + 1)) / (p)) ^ 2 * ((- R2 * c + V_H)) + 2 * rho_H ^ 2 * (((- p + 1)) / (p)) * R2 * c + 2 * rho_H ^ 2
    * (((- p + 1)) / (p)) * ((- R2 * c + V_H)) + rho_H ^ 2 * R2 * c + rho_H ^ 2 * ((- R2 * c + V_H)) + 2 * rho_H
    * ((- rho_H + rho_E)) * (((- p + 1)) / (p)) ^ 2 * ((- R2 * c + V_H)) + 2 * rho_H * ((- rho_H + rho_E)) *
    (((- p + 1)) / (p)) * R2 * c + 2 * rho_H * ((- rho_H + rho_E)) * (((- p + 1)) / (p)) * ((- R2 * c + V_H)) +
    ((- rho_H + rho_E)) ^ 2 * (((- p + 1)) / (p)) ^ 2 * ((- R2 * c + V_H))))) by (field; nz); pos).
  apply (le_by_diff _ _ (((rho_H ^ 2 * p ^ 2 * V_H - 2 * rho_H * rho_E * p ^ 2 * V_H + 2 * rho_H * rho_E * p *
    V_H - rho_E ^ 2 * p ^ 2 * R2 * c + rho_E ^ 2 * p ^ 2 * V_H + 2 * rho_E ^ 2 * p * R2 * c - 2 * rho_E ^ 2 * p
    * V_H - rho_E ^ 2 * R2 * c + rho_E ^ 2 * V_H)) / ((rho_H * p - rho_E * p + rho_E) ^ 2 * (V_H) * (c))));
    [field; nz | pos].
Qed.

(* collins2022.gain-vanishes-with-hardness
   The gain tends to 0 as the hard class becomes as easy as the easy one.
   Hypotheses: alpha > 0; rho_H > 0; rho_E > rho_H; p > 0; p < 1; R2 >= 0; V_E >= 0; V_H >= 0; nu2_E >= 0;
   nu2_H >= 0; m >= 1; m is an integer; d >= 1; d is an integer.
   Source: abstract: L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape Affect MAML
   Performance?, arXiv 2010.14672, abstract (i: only if the tasks differ in hardness).
   Not exported: it is a limit, of which no epsilon proof is generated; the exact rung settles it. *)
(* collins2022.ratio-vanishes-with-hardness
   With finitely many samples the ratio tends to 1 as the hard class becomes as easy as the easy one.
   Hypotheses: alpha > 0; rho_H > 0; rho_E > rho_H; p > 0; p < 1; R2 >= 0; V_E >= 0; V_H >= 0; nu2_E >= 0;
   nu2_H >= 0; m >= 1; m is an integer; d >= 1; d is an integer; V_H > 0.
   Source: abstract: L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape Affect MAML
   Performance?, arXiv 2010.14672, abstract (i: only if the tasks differ in hardness).
   Not exported: it is a limit, of which no epsilon proof is generated; the exact rung settles it. *)
(* collins2022.ratio-vanishes-with-hardness-population
   With the population gradient the ratio tends to 1 too, unless alpha = 1/rho_E.
   Hypotheses: alpha > 0; rho_H > 0; rho_E > rho_H; p > 0; p < 1; R2 >= 0; V_E >= 0; V_H >= 0; nu2_E >= 0;
   nu2_H >= 0; d >= 1; d is an integer; V_H > 0; alpha*rho_E != 1.
   Source: abstract: L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape Affect MAML
   Performance?, arXiv 2010.14672, abstract (i: only if the tasks differ in hardness).
   Not exported: it is a limit, of which no epsilon proof is generated; the exact rung settles it. *)
(* collins2022.ratio-full-step-exception
   With the population gradient and alpha = 1/rho_E the ratio does not tend to 1: both risks vanish together.
   Hypotheses: rho_H > 0; rho_E > rho_H; p > 0; p < 1; R2 >= 0; V_E >= 0; V_H >= 0; d >= 1; d is an integer;
   V_H > 0.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Not exported: it is a limit, of which no epsilon proof is generated; the exact rung settles it. *)
(* collins2022.gain-grows-with-distance
   The gain is nondecreasing in the distance between the centres.
   Hypotheses: alpha > 0; rho_H > 0; rho_E > rho_H; p > 0; p < 1; R2 >= 0; V_E >= 0; V_H >= 0; nu2_E >= 0;
   nu2_H >= 0; m >= 1; m is an integer; d >= 1; d is an integer.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_gain_grows_with_distance :
  forall alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d R2' : R,
  let q := 1 - p in
  let kappa := 1 + (1 + d) / m in
  let s_E := 1 - 2 * alpha * rho_E + kappa * alpha ^ 2 * rho_E ^ 2 in
  let s_H := 1 - 2 * alpha * rho_H + kappa * alpha ^ 2 * rho_H ^ 2 in
  let w_E := q * rho_E * s_E in
  let w_H := p * rho_H * s_H in
  let v_E := q * rho_E in
  let v_H := p * rho_H in
  let omega_MAML := w_E / (w_E + w_H) in
  let omega_NAL := v_E / (v_E + v_H) in
  let gain := (1 / 2) * R2 * (omega_NAL - omega_MAML) ^ 2 * (w_E + w_H) in
  let gain' := (1 / 2) * R2' * (omega_NAL - omega_MAML) ^ 2 * (w_E + w_H) in
  0 < alpha ->
  0 < rho_H ->
  rho_H < rho_E ->
  0 < p ->
  p < 1 ->
  0 <= R2 ->
  0 <= V_E ->
  0 <= V_H ->
  0 <= nu2_E ->
  0 <= nu2_H ->
  1 <= m ->
  1 <= d ->
  0 <= R2' ->
  R2 < R2' ->
  gain <= gain'.
Proof.
  intros alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d R2' q kappa s_E s_H w_E w_H v_E v_H omega_MAML omega_NAL
    gain gain' H1 H2 H3 H4 H5 H6 H7 H8 H9 H10 H11 H12 H13 H14.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho_H) by (clear - H2; lra).
  assert (A3 : 0 < - rho_H + rho_E) by (clear - H3; lra).
  assert (A4 : 0 < rho_E) by lra.
  assert (A5 : 0 < p) by (clear - H4; lra).
  assert (A6 : 0 < - p + 1) by (clear - H5; lra).
  assert (A7 : 0 <= R2) by (clear - H6; lra).
  assert (A8 : 0 <= V_E) by (clear - H7; lra).
  assert (A9 : 0 <= V_H) by (clear - H8; lra).
  assert (A10 : 0 <= nu2_E) by (clear - H9; lra).
  assert (A11 : 0 <= nu2_H) by (clear - H10; lra).
  assert (A12 : 0 <= m - 1) by (clear - H11; lra).
  assert (A13 : 0 < m) by lra.
  assert (A14 : 0 <= d - 1) by (clear - H12; lra).
  assert (A15 : 0 < d) by lra.
  assert (A16 : 0 <= R2') by (clear - H13; lra).
  assert (A17 : 0 < - R2 + R2') by (clear - H14; lra).
  assert (A18 : 0 < R2') by lra.
  assert (P_q : 0 < q).
  {
    subst q.
    assert (A19 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A6]).
    apply (lt_by_diff _ _ ((- p + 1))); [field; nz | pos].
  }
  assert (P_s_E : 0 < s_E).
  {
    subst s_E kappa.
    try change (1 - p) with q.
    assert (A20 : 0 < alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 * alpha
      * rho_E * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^
      2 * rho_E ^ 2 - 2 * alpha * rho_E * m + m) (rho_E ^ 2 * m + rho_E ^ 2 * d + rho_E ^ 2) (- 2 * rho_E * m)
      (m) (alpha) (4 * (d + 1) * (rho_E) ^ 2 * (m))); [ring | ring | replace (rho_E ^ 2 * m + rho_E ^ 2 * d +
      rho_E ^ 2) with ((rho_E) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 *
      alpha * rho_E * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_s_H : 0 < s_H).
  {
    subst s_H kappa.
    try change (1 - p) with q.
    assert (A21 : 0 < alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 * alpha
      * rho_H * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^
      2 * rho_H ^ 2 - 2 * alpha * rho_H * m + m) (rho_H ^ 2 * m + rho_H ^ 2 * d + rho_H ^ 2) (- 2 * rho_H * m)
      (m) (alpha) (4 * (rho_H) ^ 2 * (d + 1) * (m))); [ring | ring | replace (rho_H ^ 2 * m + rho_H ^ 2 * d +
      rho_H ^ 2) with ((rho_H) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 *
      alpha * rho_H * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_w_E : 0 < w_E).
  {
    subst w_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q * s_E)); [field; nz | pos].
  }
  assert (P_w_H : 0 < w_H).
  {
    subst w_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p * s_H)); [field; nz | pos].
  }
  assert (P_v_E : 0 < v_E).
  {
    subst v_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q)); [field; nz | pos].
  }
  assert (P_v_H : 0 < v_H).
  {
    subst v_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p)); [field; nz | pos].
  }
  subst gain' gain omega_NAL omega_MAML kappa.
  try change (1 - p) with q.
  clearbody v_H v_E w_H w_E s_H s_E q.
  assert (A22 : 0 < - R2 + R2') by (apply (lt_from_product (- R2 + R2') (1) (- R2 + R2')); [ring | pos | exact
    A17]).
  apply (le_by_diff _ _ (((1 / 2) * (w_E * v_H - w_H * v_E) ^ 2 * (- R2 + R2')) / ((w_E + w_H) * (v_E + v_H) ^
    2))); [field; nz | pos].
Qed.

(* collins2022.ratio-falls-with-spread-and-noise
   The ratio is nonincreasing in either class's spread and in the label noise.
   Hypotheses: alpha > 0; rho_H > 0; rho_E > rho_H; p > 0; p < 1; R2 >= 0; V_E >= 0; V_H >= 0; nu2_E >= 0;
   nu2_H >= 0; m >= 1; m is an integer; d >= 1; d is an integer; V_H > 0; V_E > 0.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_ratio_falls_with_spread_and_noise_nonincreasing_in_V_H :
  forall alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d V_H' : R,
  let q := 1 - p in
  let kappa := 1 + (1 + d) / m in
  let s_E := 1 - 2 * alpha * rho_E + kappa * alpha ^ 2 * rho_E ^ 2 in
  let s_H := 1 - 2 * alpha * rho_H + kappa * alpha ^ 2 * rho_H ^ 2 in
  let w_E := q * rho_E * s_E in
  let w_H := p * rho_H * s_H in
  let v_E := q * rho_E in
  let v_H := p * rho_H in
  let omega_MAML := w_E / (w_E + w_H) in
  let omega_NAL := v_E / (v_E + v_H) in
  let N := (1 / 2) * d * alpha ^ 2 * (nu2_E * q * rho_E ^ 2 + nu2_H * p * rho_H ^ 2) / m in
  let risk_NAL := N + (1 / 2) * w_E * (V_E + R2 * (1 - omega_NAL) ^ 2) + (1 / 2) * w_H * (V_H + R2 * omega_NAL ^
    2) in
  let risk_MAML := N + (1 / 2) * w_E * (V_E + R2 * (1 - omega_MAML) ^ 2) + (1 / 2) * w_H * (V_H + R2 *
    omega_MAML ^ 2) in
  let ratio := risk_NAL / risk_MAML in
  let risk_NAL' := N + (1 / 2) * w_E * (V_E + R2 * (1 - omega_NAL) ^ 2) + (1 / 2) * w_H * (V_H' + R2 * omega_NAL
    ^ 2) in
  let risk_MAML' := N + (1 / 2) * w_E * (V_E + R2 * (1 - omega_MAML) ^ 2) + (1 / 2) * w_H * (V_H' + R2 *
    omega_MAML ^ 2) in
  let ratio' := risk_NAL' / risk_MAML' in
  0 < alpha ->
  0 < rho_H ->
  rho_H < rho_E ->
  0 < p ->
  p < 1 ->
  0 <= R2 ->
  0 <= V_E ->
  0 <= V_H ->
  0 <= nu2_E ->
  0 <= nu2_H ->
  1 <= m ->
  1 <= d ->
  0 < V_H ->
  0 < V_E ->
  0 <= V_H' ->
  0 < V_H' ->
  V_H < V_H' ->
  ratio' <= ratio.
Proof.
  intros alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d V_H' q kappa s_E s_H w_E w_H v_E v_H omega_MAML
    omega_NAL N risk_NAL risk_MAML ratio risk_NAL' risk_MAML' ratio' H1 H2 H3 H4 H5 H6 H7 H8 H9 H10 H11 H12 H13
    H14 H15 H16 H17.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho_H) by (clear - H2; lra).
  assert (A3 : 0 < - rho_H + rho_E) by (clear - H3; lra).
  assert (A4 : 0 < rho_E) by lra.
  assert (A5 : 0 < p) by (clear - H4; lra).
  assert (A6 : 0 < - p + 1) by (clear - H5; lra).
  assert (A7 : 0 <= R2) by (clear - H6; lra).
  assert (A8 : 0 <= V_E) by (clear - H7; lra).
  assert (A9 : 0 <= V_H) by (clear - H8; lra).
  assert (A10 : 0 <= nu2_E) by (clear - H9; lra).
  assert (A11 : 0 <= nu2_H) by (clear - H10; lra).
  assert (A12 : 0 <= m - 1) by (clear - H11; lra).
  assert (A13 : 0 < m) by lra.
  assert (A14 : 0 <= d - 1) by (clear - H12; lra).
  assert (A15 : 0 < d) by lra.
  assert (A16 : 0 < V_H) by (clear - H13; lra).
  assert (A17 : 0 < V_E) by (clear - H14; lra).
  assert (A18 : 0 <= V_H') by (clear - H15; lra).
  assert (A19 : 0 < V_H') by (clear - H16; lra).
  assert (A20 : 0 < - V_H + V_H') by (clear - H17; lra).
  assert (P_q : 0 < q).
  {
    subst q.
    assert (A21 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A6]).
    apply (lt_by_diff _ _ ((- p + 1))); [field; nz | pos].
  }
  assert (P_s_E : 0 < s_E).
  {
    subst s_E kappa.
    try change (1 - p) with q.
    assert (A22 : 0 < alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 * alpha
      * rho_E * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^
      2 * rho_E ^ 2 - 2 * alpha * rho_E * m + m) (rho_E ^ 2 * m + rho_E ^ 2 * d + rho_E ^ 2) (- 2 * rho_E * m)
      (m) (alpha) (4 * (d + 1) * (rho_E) ^ 2 * (m))); [ring | ring | replace (rho_E ^ 2 * m + rho_E ^ 2 * d +
      rho_E ^ 2) with ((rho_E) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 *
      alpha * rho_E * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_s_H : 0 < s_H).
  {
    subst s_H kappa.
    try change (1 - p) with q.
    assert (A23 : 0 < alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 * alpha
      * rho_H * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^
      2 * rho_H ^ 2 - 2 * alpha * rho_H * m + m) (rho_H ^ 2 * m + rho_H ^ 2 * d + rho_H ^ 2) (- 2 * rho_H * m)
      (m) (alpha) (4 * (rho_H) ^ 2 * (d + 1) * (m))); [ring | ring | replace (rho_H ^ 2 * m + rho_H ^ 2 * d +
      rho_H ^ 2) with ((rho_H) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 *
      alpha * rho_H * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_w_E : 0 < w_E).
  {
    subst w_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q * s_E)); [field; nz | pos].
  }
  assert (P_w_H : 0 < w_H).
  {
    subst w_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p * s_H)); [field; nz | pos].
  }
  assert (P_v_E : 0 < v_E).
  {
    subst v_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q)); [field; nz | pos].
  }
  assert (P_v_H : 0 < v_H).
  {
    subst v_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p)); [field; nz | pos].
  }
  subst ratio' risk_MAML' risk_NAL' ratio risk_MAML risk_NAL N omega_NAL omega_MAML kappa.
  try change (1 - p) with q.
  clearbody v_H v_E w_H w_E s_H s_E q.
  assert (A24 : 0 <= R2) by (apply (le_from_product (R2) (1) (R2)); [ring | pos | exact A7]).
  assert (A25 : 0 < - V_H + V_H') by (apply (lt_from_product (- V_H + V_H') (1) (- V_H + V_H')); [ring | pos |
    exact A20]).
  apply (le_by_diff _ _ (((w_E + w_H) * (w_E * v_H - w_H * v_E) ^ 2 * (w_H) * (R2) * (- V_H + V_H') * (m) ^ 2) /
    ((alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_E + alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_H + alpha ^ 2 *
    rho_E ^ 2 * nu2_E * d * q * w_E + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_H + R2 * m * w_E * w_H + V_E * m
    * w_E ^ 2 + V_E * m * w_E * w_H + V_H * m * w_E * w_H + V_H * m * w_H ^ 2) * (alpha ^ 2 * rho_H ^ 2 * p *
    nu2_H * d * w_E + alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_H + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_E
    + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_H + R2 * m * w_E * w_H + V_E * m * w_E ^ 2 + V_E * m * w_E * w_H
    + m * V_H' * w_E * w_H + m * V_H' * w_H ^ 2) * (v_E + v_H) ^ 2))); [field; nz | pos].
Qed.

Theorem collins2022_ratio_falls_with_spread_and_noise_nonincreasing_in_V_E :
  forall alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d V_E' : R,
  let q := 1 - p in
  let kappa := 1 + (1 + d) / m in
  let s_E := 1 - 2 * alpha * rho_E + kappa * alpha ^ 2 * rho_E ^ 2 in
  let s_H := 1 - 2 * alpha * rho_H + kappa * alpha ^ 2 * rho_H ^ 2 in
  let w_E := q * rho_E * s_E in
  let w_H := p * rho_H * s_H in
  let v_E := q * rho_E in
  let v_H := p * rho_H in
  let omega_MAML := w_E / (w_E + w_H) in
  let omega_NAL := v_E / (v_E + v_H) in
  let N := (1 / 2) * d * alpha ^ 2 * (nu2_E * q * rho_E ^ 2 + nu2_H * p * rho_H ^ 2) / m in
  let risk_NAL := N + (1 / 2) * w_E * (V_E + R2 * (1 - omega_NAL) ^ 2) + (1 / 2) * w_H * (V_H + R2 * omega_NAL ^
    2) in
  let risk_MAML := N + (1 / 2) * w_E * (V_E + R2 * (1 - omega_MAML) ^ 2) + (1 / 2) * w_H * (V_H + R2 *
    omega_MAML ^ 2) in
  let ratio := risk_NAL / risk_MAML in
  let risk_NAL' := N + (1 / 2) * w_E * (V_E' + R2 * (1 - omega_NAL) ^ 2) + (1 / 2) * w_H * (V_H + R2 * omega_NAL
    ^ 2) in
  let risk_MAML' := N + (1 / 2) * w_E * (V_E' + R2 * (1 - omega_MAML) ^ 2) + (1 / 2) * w_H * (V_H + R2 *
    omega_MAML ^ 2) in
  let ratio' := risk_NAL' / risk_MAML' in
  0 < alpha ->
  0 < rho_H ->
  rho_H < rho_E ->
  0 < p ->
  p < 1 ->
  0 <= R2 ->
  0 <= V_E ->
  0 <= V_H ->
  0 <= nu2_E ->
  0 <= nu2_H ->
  1 <= m ->
  1 <= d ->
  0 < V_H ->
  0 < V_E ->
  0 <= V_E' ->
  0 < V_E' ->
  V_E < V_E' ->
  ratio' <= ratio.
Proof.
  intros alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d V_E' q kappa s_E s_H w_E w_H v_E v_H omega_MAML
    omega_NAL N risk_NAL risk_MAML ratio risk_NAL' risk_MAML' ratio' H1 H2 H3 H4 H5 H6 H7 H8 H9 H10 H11 H12 H13
    H14 H15 H16 H17.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho_H) by (clear - H2; lra).
  assert (A3 : 0 < - rho_H + rho_E) by (clear - H3; lra).
  assert (A4 : 0 < rho_E) by lra.
  assert (A5 : 0 < p) by (clear - H4; lra).
  assert (A6 : 0 < - p + 1) by (clear - H5; lra).
  assert (A7 : 0 <= R2) by (clear - H6; lra).
  assert (A8 : 0 <= V_E) by (clear - H7; lra).
  assert (A9 : 0 <= V_H) by (clear - H8; lra).
  assert (A10 : 0 <= nu2_E) by (clear - H9; lra).
  assert (A11 : 0 <= nu2_H) by (clear - H10; lra).
  assert (A12 : 0 <= m - 1) by (clear - H11; lra).
  assert (A13 : 0 < m) by lra.
  assert (A14 : 0 <= d - 1) by (clear - H12; lra).
  assert (A15 : 0 < d) by lra.
  assert (A16 : 0 < V_H) by (clear - H13; lra).
  assert (A17 : 0 < V_E) by (clear - H14; lra).
  assert (A18 : 0 <= V_E') by (clear - H15; lra).
  assert (A19 : 0 < V_E') by (clear - H16; lra).
  assert (A20 : 0 < - V_E + V_E') by (clear - H17; lra).
  assert (P_q : 0 < q).
  {
    subst q.
    assert (A21 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A6]).
    apply (lt_by_diff _ _ ((- p + 1))); [field; nz | pos].
  }
  assert (P_s_E : 0 < s_E).
  {
    subst s_E kappa.
    try change (1 - p) with q.
    assert (A22 : 0 < alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 * alpha
      * rho_E * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^
      2 * rho_E ^ 2 - 2 * alpha * rho_E * m + m) (rho_E ^ 2 * m + rho_E ^ 2 * d + rho_E ^ 2) (- 2 * rho_E * m)
      (m) (alpha) (4 * (d + 1) * (rho_E) ^ 2 * (m))); [ring | ring | replace (rho_E ^ 2 * m + rho_E ^ 2 * d +
      rho_E ^ 2) with ((rho_E) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 *
      alpha * rho_E * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_s_H : 0 < s_H).
  {
    subst s_H kappa.
    try change (1 - p) with q.
    assert (A23 : 0 < alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 * alpha
      * rho_H * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^
      2 * rho_H ^ 2 - 2 * alpha * rho_H * m + m) (rho_H ^ 2 * m + rho_H ^ 2 * d + rho_H ^ 2) (- 2 * rho_H * m)
      (m) (alpha) (4 * (rho_H) ^ 2 * (d + 1) * (m))); [ring | ring | replace (rho_H ^ 2 * m + rho_H ^ 2 * d +
      rho_H ^ 2) with ((rho_H) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 *
      alpha * rho_H * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_w_E : 0 < w_E).
  {
    subst w_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q * s_E)); [field; nz | pos].
  }
  assert (P_w_H : 0 < w_H).
  {
    subst w_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p * s_H)); [field; nz | pos].
  }
  assert (P_v_E : 0 < v_E).
  {
    subst v_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q)); [field; nz | pos].
  }
  assert (P_v_H : 0 < v_H).
  {
    subst v_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p)); [field; nz | pos].
  }
  subst ratio' risk_MAML' risk_NAL' ratio risk_MAML risk_NAL N omega_NAL omega_MAML kappa.
  try change (1 - p) with q.
  clearbody v_H v_E w_H w_E s_H s_E q.
  assert (A24 : 0 <= R2) by (apply (le_from_product (R2) (1) (R2)); [ring | pos | exact A7]).
  assert (A25 : 0 < - V_E + V_E') by (apply (lt_from_product (- V_E + V_E') (1) (- V_E + V_E')); [ring | pos |
    exact A20]).
  apply (le_by_diff _ _ (((w_E) * (w_E + w_H) * (w_E * v_H - w_H * v_E) ^ 2 * (R2) * (- V_E + V_E') * (m) ^ 2) /
    ((alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_E + alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_H + alpha ^ 2 *
    rho_E ^ 2 * nu2_E * d * q * w_E + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_H + R2 * m * w_E * w_H + V_E * m
    * w_E ^ 2 + V_E * m * w_E * w_H + V_H * m * w_E * w_H + V_H * m * w_H ^ 2) * (alpha ^ 2 * rho_H ^ 2 * p *
    nu2_H * d * w_E + alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_H + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_E
    + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_H + R2 * m * w_E * w_H + V_H * m * w_E * w_H + V_H * m * w_H ^ 2
    + m * V_E' * w_E ^ 2 + m * V_E' * w_E * w_H) * (v_E + v_H) ^ 2))); [field; nz | pos].
Qed.

Theorem collins2022_ratio_falls_with_spread_and_noise_nonincreasing_in_nu2_E :
  forall alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d nu2_E' : R,
  let q := 1 - p in
  let kappa := 1 + (1 + d) / m in
  let s_E := 1 - 2 * alpha * rho_E + kappa * alpha ^ 2 * rho_E ^ 2 in
  let s_H := 1 - 2 * alpha * rho_H + kappa * alpha ^ 2 * rho_H ^ 2 in
  let w_E := q * rho_E * s_E in
  let w_H := p * rho_H * s_H in
  let v_E := q * rho_E in
  let v_H := p * rho_H in
  let omega_MAML := w_E / (w_E + w_H) in
  let omega_NAL := v_E / (v_E + v_H) in
  let N := (1 / 2) * d * alpha ^ 2 * (nu2_E * q * rho_E ^ 2 + nu2_H * p * rho_H ^ 2) / m in
  let risk_NAL := N + (1 / 2) * w_E * (V_E + R2 * (1 - omega_NAL) ^ 2) + (1 / 2) * w_H * (V_H + R2 * omega_NAL ^
    2) in
  let risk_MAML := N + (1 / 2) * w_E * (V_E + R2 * (1 - omega_MAML) ^ 2) + (1 / 2) * w_H * (V_H + R2 *
    omega_MAML ^ 2) in
  let ratio := risk_NAL / risk_MAML in
  let N' := (1 / 2) * d * alpha ^ 2 * (nu2_E' * q * rho_E ^ 2 + nu2_H * p * rho_H ^ 2) / m in
  let risk_NAL' := N' + (1 / 2) * w_E * (V_E + R2 * (1 - omega_NAL) ^ 2) + (1 / 2) * w_H * (V_H + R2 * omega_NAL
    ^ 2) in
  let risk_MAML' := N' + (1 / 2) * w_E * (V_E + R2 * (1 - omega_MAML) ^ 2) + (1 / 2) * w_H * (V_H + R2 *
    omega_MAML ^ 2) in
  let ratio' := risk_NAL' / risk_MAML' in
  0 < alpha ->
  0 < rho_H ->
  rho_H < rho_E ->
  0 < p ->
  p < 1 ->
  0 <= R2 ->
  0 <= V_E ->
  0 <= V_H ->
  0 <= nu2_E ->
  0 <= nu2_H ->
  1 <= m ->
  1 <= d ->
  0 < V_H ->
  0 < V_E ->
  0 <= nu2_E' ->
  nu2_E < nu2_E' ->
  ratio' <= ratio.
Proof.
  intros alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d nu2_E' q kappa s_E s_H w_E w_H v_E v_H omega_MAML
    omega_NAL N risk_NAL risk_MAML ratio N' risk_NAL' risk_MAML' ratio' H1 H2 H3 H4 H5 H6 H7 H8 H9 H10 H11 H12
    H13 H14 H15 H16.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho_H) by (clear - H2; lra).
  assert (A3 : 0 < - rho_H + rho_E) by (clear - H3; lra).
  assert (A4 : 0 < rho_E) by lra.
  assert (A5 : 0 < p) by (clear - H4; lra).
  assert (A6 : 0 < - p + 1) by (clear - H5; lra).
  assert (A7 : 0 <= R2) by (clear - H6; lra).
  assert (A8 : 0 <= V_E) by (clear - H7; lra).
  assert (A9 : 0 <= V_H) by (clear - H8; lra).
  assert (A10 : 0 <= nu2_E) by (clear - H9; lra).
  assert (A11 : 0 <= nu2_H) by (clear - H10; lra).
  assert (A12 : 0 <= m - 1) by (clear - H11; lra).
  assert (A13 : 0 < m) by lra.
  assert (A14 : 0 <= d - 1) by (clear - H12; lra).
  assert (A15 : 0 < d) by lra.
  assert (A16 : 0 < V_H) by (clear - H13; lra).
  assert (A17 : 0 < V_E) by (clear - H14; lra).
  assert (A18 : 0 <= nu2_E') by (clear - H15; lra).
  assert (A19 : 0 < - nu2_E + nu2_E') by (clear - H16; lra).
  assert (A20 : 0 < nu2_E') by lra.
  assert (P_q : 0 < q).
  {
    subst q.
    assert (A21 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A6]).
    apply (lt_by_diff _ _ ((- p + 1))); [field; nz | pos].
  }
  assert (P_s_E : 0 < s_E).
  {
    subst s_E kappa.
    try change (1 - p) with q.
    assert (A22 : 0 < alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 * alpha
      * rho_E * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^
      2 * rho_E ^ 2 - 2 * alpha * rho_E * m + m) (rho_E ^ 2 * m + rho_E ^ 2 * d + rho_E ^ 2) (- 2 * rho_E * m)
      (m) (alpha) (4 * (d + 1) * (rho_E) ^ 2 * (m))); [ring | ring | replace (rho_E ^ 2 * m + rho_E ^ 2 * d +
      rho_E ^ 2) with ((rho_E) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 *
      alpha * rho_E * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_s_H : 0 < s_H).
  {
    subst s_H kappa.
    try change (1 - p) with q.
    assert (A23 : 0 < alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 * alpha
      * rho_H * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^
      2 * rho_H ^ 2 - 2 * alpha * rho_H * m + m) (rho_H ^ 2 * m + rho_H ^ 2 * d + rho_H ^ 2) (- 2 * rho_H * m)
      (m) (alpha) (4 * (rho_H) ^ 2 * (d + 1) * (m))); [ring | ring | replace (rho_H ^ 2 * m + rho_H ^ 2 * d +
      rho_H ^ 2) with ((rho_H) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 *
      alpha * rho_H * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_w_E : 0 < w_E).
  {
    subst w_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q * s_E)); [field; nz | pos].
  }
  assert (P_w_H : 0 < w_H).
  {
    subst w_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p * s_H)); [field; nz | pos].
  }
  assert (P_v_E : 0 < v_E).
  {
    subst v_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q)); [field; nz | pos].
  }
  assert (P_v_H : 0 < v_H).
  {
    subst v_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p)); [field; nz | pos].
  }
  subst ratio' risk_MAML' risk_NAL' N' ratio risk_MAML risk_NAL N omega_NAL omega_MAML kappa.
  try change (1 - p) with q.
  clearbody v_H v_E w_H w_E s_H s_E q.
  assert (A24 : 0 <= R2) by (apply (le_from_product (R2) (1) (R2)); [ring | pos | exact A7]).
  assert (A25 : 0 < - nu2_E + nu2_E') by (apply (lt_from_product (- nu2_E + nu2_E') (1) (- nu2_E + nu2_E'));
    [ring | pos | exact A19]).
  apply (le_by_diff _ _ (((alpha) ^ 2 * (d) * (q) * (w_E + w_H) * (w_E * v_H - w_H * v_E) ^ 2 * (rho_E) ^ 2 *
    (R2) * (- nu2_E + nu2_E') * (m)) / ((alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_E + alpha ^ 2 * rho_H ^ 2 * p
    * nu2_H * d * w_H + alpha ^ 2 * rho_E ^ 2 * d * nu2_E' * q * w_E + alpha ^ 2 * rho_E ^ 2 * d * nu2_E' * q *
    w_H + R2 * m * w_E * w_H + V_E * m * w_E ^ 2 + V_E * m * w_E * w_H + V_H * m * w_E * w_H + V_H * m * w_H ^
    2) * (alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_E + alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_H + alpha ^ 2
    * rho_E ^ 2 * nu2_E * d * q * w_E + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_H + R2 * m * w_E * w_H + V_E *
    m * w_E ^ 2 + V_E * m * w_E * w_H + V_H * m * w_E * w_H + V_H * m * w_H ^ 2) * (v_E + v_H) ^ 2))); [field;
    nz | pos].
Qed.

Theorem collins2022_ratio_falls_with_spread_and_noise_nonincreasing_in_nu2_H :
  forall alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d nu2_H' : R,
  let q := 1 - p in
  let kappa := 1 + (1 + d) / m in
  let s_E := 1 - 2 * alpha * rho_E + kappa * alpha ^ 2 * rho_E ^ 2 in
  let s_H := 1 - 2 * alpha * rho_H + kappa * alpha ^ 2 * rho_H ^ 2 in
  let w_E := q * rho_E * s_E in
  let w_H := p * rho_H * s_H in
  let v_E := q * rho_E in
  let v_H := p * rho_H in
  let omega_MAML := w_E / (w_E + w_H) in
  let omega_NAL := v_E / (v_E + v_H) in
  let N := (1 / 2) * d * alpha ^ 2 * (nu2_E * q * rho_E ^ 2 + nu2_H * p * rho_H ^ 2) / m in
  let risk_NAL := N + (1 / 2) * w_E * (V_E + R2 * (1 - omega_NAL) ^ 2) + (1 / 2) * w_H * (V_H + R2 * omega_NAL ^
    2) in
  let risk_MAML := N + (1 / 2) * w_E * (V_E + R2 * (1 - omega_MAML) ^ 2) + (1 / 2) * w_H * (V_H + R2 *
    omega_MAML ^ 2) in
  let ratio := risk_NAL / risk_MAML in
  let N' := (1 / 2) * d * alpha ^ 2 * (nu2_E * q * rho_E ^ 2 + nu2_H' * p * rho_H ^ 2) / m in
  let risk_NAL' := N' + (1 / 2) * w_E * (V_E + R2 * (1 - omega_NAL) ^ 2) + (1 / 2) * w_H * (V_H + R2 * omega_NAL
    ^ 2) in
  let risk_MAML' := N' + (1 / 2) * w_E * (V_E + R2 * (1 - omega_MAML) ^ 2) + (1 / 2) * w_H * (V_H + R2 *
    omega_MAML ^ 2) in
  let ratio' := risk_NAL' / risk_MAML' in
  0 < alpha ->
  0 < rho_H ->
  rho_H < rho_E ->
  0 < p ->
  p < 1 ->
  0 <= R2 ->
  0 <= V_E ->
  0 <= V_H ->
  0 <= nu2_E ->
  0 <= nu2_H ->
  1 <= m ->
  1 <= d ->
  0 < V_H ->
  0 < V_E ->
  0 <= nu2_H' ->
  nu2_H < nu2_H' ->
  ratio' <= ratio.
Proof.
  intros alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d nu2_H' q kappa s_E s_H w_E w_H v_E v_H omega_MAML
    omega_NAL N risk_NAL risk_MAML ratio N' risk_NAL' risk_MAML' ratio' H1 H2 H3 H4 H5 H6 H7 H8 H9 H10 H11 H12
    H13 H14 H15 H16.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho_H) by (clear - H2; lra).
  assert (A3 : 0 < - rho_H + rho_E) by (clear - H3; lra).
  assert (A4 : 0 < rho_E) by lra.
  assert (A5 : 0 < p) by (clear - H4; lra).
  assert (A6 : 0 < - p + 1) by (clear - H5; lra).
  assert (A7 : 0 <= R2) by (clear - H6; lra).
  assert (A8 : 0 <= V_E) by (clear - H7; lra).
  assert (A9 : 0 <= V_H) by (clear - H8; lra).
  assert (A10 : 0 <= nu2_E) by (clear - H9; lra).
  assert (A11 : 0 <= nu2_H) by (clear - H10; lra).
  assert (A12 : 0 <= m - 1) by (clear - H11; lra).
  assert (A13 : 0 < m) by lra.
  assert (A14 : 0 <= d - 1) by (clear - H12; lra).
  assert (A15 : 0 < d) by lra.
  assert (A16 : 0 < V_H) by (clear - H13; lra).
  assert (A17 : 0 < V_E) by (clear - H14; lra).
  assert (A18 : 0 <= nu2_H') by (clear - H15; lra).
  assert (A19 : 0 < - nu2_H + nu2_H') by (clear - H16; lra).
  assert (A20 : 0 < nu2_H') by lra.
  assert (P_q : 0 < q).
  {
    subst q.
    assert (A21 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A6]).
    apply (lt_by_diff _ _ ((- p + 1))); [field; nz | pos].
  }
  assert (P_s_E : 0 < s_E).
  {
    subst s_E kappa.
    try change (1 - p) with q.
    assert (A22 : 0 < alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 * alpha
      * rho_E * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^
      2 * rho_E ^ 2 - 2 * alpha * rho_E * m + m) (rho_E ^ 2 * m + rho_E ^ 2 * d + rho_E ^ 2) (- 2 * rho_E * m)
      (m) (alpha) (4 * (d + 1) * (rho_E) ^ 2 * (m))); [ring | ring | replace (rho_E ^ 2 * m + rho_E ^ 2 * d +
      rho_E ^ 2) with ((rho_E) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 *
      alpha * rho_E * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_s_H : 0 < s_H).
  {
    subst s_H kappa.
    try change (1 - p) with q.
    assert (A23 : 0 < alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 * alpha
      * rho_H * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^
      2 * rho_H ^ 2 - 2 * alpha * rho_H * m + m) (rho_H ^ 2 * m + rho_H ^ 2 * d + rho_H ^ 2) (- 2 * rho_H * m)
      (m) (alpha) (4 * (rho_H) ^ 2 * (d + 1) * (m))); [ring | ring | replace (rho_H ^ 2 * m + rho_H ^ 2 * d +
      rho_H ^ 2) with ((rho_H) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 *
      alpha * rho_H * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_w_E : 0 < w_E).
  {
    subst w_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q * s_E)); [field; nz | pos].
  }
  assert (P_w_H : 0 < w_H).
  {
    subst w_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p * s_H)); [field; nz | pos].
  }
  assert (P_v_E : 0 < v_E).
  {
    subst v_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q)); [field; nz | pos].
  }
  assert (P_v_H : 0 < v_H).
  {
    subst v_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p)); [field; nz | pos].
  }
  subst ratio' risk_MAML' risk_NAL' N' ratio risk_MAML risk_NAL N omega_NAL omega_MAML kappa.
  try change (1 - p) with q.
  clearbody v_H v_E w_H w_E s_H s_E q.
  assert (A24 : 0 <= R2) by (apply (le_from_product (R2) (1) (R2)); [ring | pos | exact A7]).
  assert (A25 : 0 < - nu2_H + nu2_H') by (apply (lt_from_product (- nu2_H + nu2_H') (1) (- nu2_H + nu2_H'));
    [ring | pos | exact A19]).
  apply (le_by_diff _ _ (((alpha) ^ 2 * (rho_H) ^ 2 * (d) * (w_E + w_H) * (w_E * v_H - w_H * v_E) ^ 2 * (p) *
    (R2) * (- nu2_H + nu2_H') * (m)) / ((alpha ^ 2 * rho_H ^ 2 * p * d * nu2_H' * w_E + alpha ^ 2 * rho_H ^ 2 *
    p * d * nu2_H' * w_H + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_E + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q *
    w_H + R2 * m * w_E * w_H + V_E * m * w_E ^ 2 + V_E * m * w_E * w_H + V_H * m * w_E * w_H + V_H * m * w_H ^
    2) * (alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_E + alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_H + alpha ^ 2
    * rho_E ^ 2 * nu2_E * d * q * w_E + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_H + R2 * m * w_E * w_H + V_E *
    m * w_E ^ 2 + V_E * m * w_E * w_H + V_H * m * w_E * w_H + V_H * m * w_H ^ 2) * (v_E + v_H) ^ 2))); [field;
    nz | pos].
Qed.

(* collins2022.ratio-grows-with-distance
   The ratio is nondecreasing in the distance between the centres.
   Hypotheses: alpha > 0; rho_H > 0; rho_E > rho_H; p > 0; p < 1; R2 >= 0; V_E >= 0; V_H >= 0; nu2_E >= 0;
   nu2_H >= 0; m >= 1; m is an integer; d >= 1; d is an integer; V_E > 0 or V_H > 0.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_ratio_grows_with_distance :
  forall alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d R2' : R,
  let q := 1 - p in
  let kappa := 1 + (1 + d) / m in
  let s_E := 1 - 2 * alpha * rho_E + kappa * alpha ^ 2 * rho_E ^ 2 in
  let s_H := 1 - 2 * alpha * rho_H + kappa * alpha ^ 2 * rho_H ^ 2 in
  let w_E := q * rho_E * s_E in
  let w_H := p * rho_H * s_H in
  let v_E := q * rho_E in
  let v_H := p * rho_H in
  let omega_MAML := w_E / (w_E + w_H) in
  let omega_NAL := v_E / (v_E + v_H) in
  let N := (1 / 2) * d * alpha ^ 2 * (nu2_E * q * rho_E ^ 2 + nu2_H * p * rho_H ^ 2) / m in
  let risk_NAL := N + (1 / 2) * w_E * (V_E + R2 * (1 - omega_NAL) ^ 2) + (1 / 2) * w_H * (V_H + R2 * omega_NAL ^
    2) in
  let risk_MAML := N + (1 / 2) * w_E * (V_E + R2 * (1 - omega_MAML) ^ 2) + (1 / 2) * w_H * (V_H + R2 *
    omega_MAML ^ 2) in
  let ratio := risk_NAL / risk_MAML in
  let risk_NAL' := N + (1 / 2) * w_E * (V_E + R2' * (1 - omega_NAL) ^ 2) + (1 / 2) * w_H * (V_H + R2' *
    omega_NAL ^ 2) in
  let risk_MAML' := N + (1 / 2) * w_E * (V_E + R2' * (1 - omega_MAML) ^ 2) + (1 / 2) * w_H * (V_H + R2' *
    omega_MAML ^ 2) in
  let ratio' := risk_NAL' / risk_MAML' in
  0 < alpha ->
  0 < rho_H ->
  rho_H < rho_E ->
  0 < p ->
  p < 1 ->
  0 <= R2 ->
  0 <= V_E ->
  0 <= V_H ->
  0 <= nu2_E ->
  0 <= nu2_H ->
  1 <= m ->
  1 <= d ->
  (0 < V_E \/ 0 < V_H) ->
  0 <= R2' ->
  R2 < R2' ->
  ratio <= ratio'.
Proof.
  intros alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d R2' q kappa s_E s_H w_E w_H v_E v_H omega_MAML omega_NAL
    N risk_NAL risk_MAML ratio risk_NAL' risk_MAML' ratio' H1 H2 H3 H4 H5 H6 H7 H8 H9 H10 H11 H12 H13 H14 H15.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho_H) by (clear - H2; lra).
  assert (A3 : 0 < - rho_H + rho_E) by (clear - H3; lra).
  assert (A4 : 0 < rho_E) by lra.
  assert (A5 : 0 < p) by (clear - H4; lra).
  assert (A6 : 0 < - p + 1) by (clear - H5; lra).
  assert (A7 : 0 <= R2) by (clear - H6; lra).
  assert (A8 : 0 <= V_E) by (clear - H7; lra).
  assert (A9 : 0 <= V_H) by (clear - H8; lra).
  assert (A10 : 0 <= nu2_E) by (clear - H9; lra).
  assert (A11 : 0 <= nu2_H) by (clear - H10; lra).
  assert (A12 : 0 <= m - 1) by (clear - H11; lra).
  assert (A13 : 0 < m) by lra.
  assert (A14 : 0 <= d - 1) by (clear - H12; lra).
  assert (A15 : 0 < d) by lra.
  assert (A16 : 0 <= R2') by (clear - H14; lra).
  assert (A17 : 0 < - R2 + R2') by (clear - H15; lra).
  assert (A18 : 0 < R2') by lra.
  assert (P_q : 0 < q).
  {
    subst q.
    assert (A19 : 0 < - p + 1) by (apply (lt_from_product (- p + 1) (1) (- p + 1)); [ring | pos | exact A6]).
    apply (lt_by_diff _ _ ((- p + 1))); [field; nz | pos].
  }
  assert (P_s_E : 0 < s_E).
  {
    subst s_E kappa.
    try change (1 - p) with q.
    assert (A20 : 0 < alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 * alpha
      * rho_E * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^
      2 * rho_E ^ 2 - 2 * alpha * rho_E * m + m) (rho_E ^ 2 * m + rho_E ^ 2 * d + rho_E ^ 2) (- 2 * rho_E * m)
      (m) (alpha) (4 * (d + 1) * (rho_E) ^ 2 * (m))); [ring | ring | replace (rho_E ^ 2 * m + rho_E ^ 2 * d +
      rho_E ^ 2) with ((rho_E) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_E ^ 2 * m + alpha ^ 2 * rho_E ^ 2 * d + alpha ^ 2 * rho_E ^ 2 - 2 *
      alpha * rho_E * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_s_H : 0 < s_H).
  {
    subst s_H kappa.
    try change (1 - p) with q.
    assert (A21 : 0 < alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 * alpha
      * rho_H * m + m) by (apply (lt_by_square (alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^
      2 * rho_H ^ 2 - 2 * alpha * rho_H * m + m) (rho_H ^ 2 * m + rho_H ^ 2 * d + rho_H ^ 2) (- 2 * rho_H * m)
      (m) (alpha) (4 * (rho_H) ^ 2 * (d + 1) * (m))); [ring | ring | replace (rho_H ^ 2 * m + rho_H ^ 2 * d +
      rho_H ^ 2) with ((rho_H) ^ 2 * (m + d + 1)) by ring; pos | pos]).
    apply (lt_by_diff _ _ (((alpha ^ 2 * rho_H ^ 2 * m + alpha ^ 2 * rho_H ^ 2 * d + alpha ^ 2 * rho_H ^ 2 - 2 *
      alpha * rho_H * m + m)) / (m))); [field; nz | pos].
  }
  assert (P_w_E : 0 < w_E).
  {
    subst w_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q * s_E)); [field; nz | pos].
  }
  assert (P_w_H : 0 < w_H).
  {
    subst w_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p * s_H)); [field; nz | pos].
  }
  assert (P_v_E : 0 < v_E).
  {
    subst v_E kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_E * q)); [field; nz | pos].
  }
  assert (P_v_H : 0 < v_H).
  {
    subst v_H kappa.
    try change (1 - p) with q.
    apply (lt_by_diff _ _ (rho_H * p)); [field; nz | pos].
  }
  subst ratio' risk_MAML' risk_NAL' ratio risk_MAML risk_NAL N omega_NAL omega_MAML kappa.
  try change (1 - p) with q.
  clearbody v_H v_E w_H w_E s_H s_E q.
  destruct H13 as [H13 | H13].
  {
    assert (A45 : 0 < V_E) by (clear - H13; lra).
    assert (A46 : 0 < - R2 + R2') by (apply (lt_from_product (- R2 + R2') (1) (- R2 + R2')); [ring | pos | exact
      A17]).
    apply (le_by_diff _ _ (((alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q + V_E
      * m * w_E + V_H * m * w_H) * (w_E + w_H) * (w_E * v_H - w_H * v_E) ^ 2 * (- R2 + R2') * (m)) / ((alpha ^ 2
      * rho_H ^ 2 * p * nu2_H * d * w_E + alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_H + alpha ^ 2 * rho_E ^ 2 *
      nu2_E * d * q * w_E + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_H + R2 * m * w_E * w_H + V_E * m * w_E ^ 2
      + V_E * m * w_E * w_H + V_H * m * w_E * w_H + V_H * m * w_H ^ 2) * (alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d
      * w_E + alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_H + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_E + alpha
      ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_H + V_E * m * w_E ^ 2 + V_E * m * w_E * w_H + V_H * m * w_E * w_H +
      V_H * m * w_H ^ 2 + m * R2' * w_E * w_H) * (v_E + v_H) ^ 2))); [field; nz | pos].
  }
  {
    assert (A47 : 0 < V_H) by (clear - H13; lra).
    assert (A48 : 0 < - R2 + R2') by (apply (lt_from_product (- R2 + R2') (1) (- R2 + R2')); [ring | pos | exact
      A17]).
    apply (le_by_diff _ _ (((alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q + V_E
      * m * w_E + V_H * m * w_H) * (w_E + w_H) * (w_E * v_H - w_H * v_E) ^ 2 * (- R2 + R2') * (m)) / ((alpha ^ 2
      * rho_H ^ 2 * p * nu2_H * d * w_E + alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_H + alpha ^ 2 * rho_E ^ 2 *
      nu2_E * d * q * w_E + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_H + R2 * m * w_E * w_H + V_E * m * w_E ^ 2
      + V_E * m * w_E * w_H + V_H * m * w_E * w_H + V_H * m * w_H ^ 2) * (alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d
      * w_E + alpha ^ 2 * rho_H ^ 2 * p * nu2_H * d * w_H + alpha ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_E + alpha
      ^ 2 * rho_E ^ 2 * nu2_E * d * q * w_H + V_E * m * w_E ^ 2 + V_E * m * w_E * w_H + V_H * m * w_E * w_H +
      V_H * m * w_H ^ 2 + m * R2' * w_E * w_H) * (v_E + v_H) ^ 2))); [field; nz | pos].
  }
Qed.

(* collins2022.best-step
   For one class with spread r2 I, started at its centre, the best inner step size is m r2 / (rho r2 (m + d +
   1) + nu2).
   Hypotheses: alpha > 0; rho > 0; nu2 >= 0; m >= 1; m is an integer; d >= 1; d is an integer; r2 > 0.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   Proved for all real values of the counts, of which the integers are some: a stronger theorem. *)
Theorem collins2022_best_step :
  forall alpha rho nu2 m d r2 : R,
  let alpha_star := m * r2 / (nu2 + r2 * rho * (1 + d + m)) in
  let risk := (1 / 2) * d * r2 * (rho + alpha ^ 2 * rho ^ 3 - 2 * alpha * rho ^ 2 + alpha ^ 2 * rho ^ 3 / m + d
    * alpha ^ 2 * rho ^ 3 / m) + (1 / 2) * d * nu2 * alpha ^ 2 * rho ^ 2 / m in
  let risk_best := (1 / 2) * d * r2 * (rho + m * r2 ^ 2 * rho ^ 3 / (nu2 + r2 * rho * (1 + d + m)) ^ 2 + m ^ 2 *
    r2 ^ 2 * rho ^ 3 / (nu2 + r2 * rho * (1 + d + m)) ^ 2 - 2 * m * r2 * rho ^ 2 / (nu2 + r2 * rho * (1 + d +
    m)) + d * m * r2 ^ 2 * rho ^ 3 / (nu2 + r2 * rho * (1 + d + m)) ^ 2) + (1 / 2) * d * m * nu2 * r2 ^ 2 * rho
    ^ 2 / (nu2 + r2 * rho * (1 + d + m)) ^ 2 in
  0 < alpha ->
  0 < rho ->
  0 <= nu2 ->
  1 <= m ->
  1 <= d ->
  0 < r2 ->
  alpha <> alpha_star -> risk_best < risk.
Proof.
  intros alpha rho nu2 m d r2 alpha_star risk risk_best H1 H2 H3 H4 H5 H6.
  assert (A1 : 0 < alpha) by (clear - H1; lra).
  assert (A2 : 0 < rho) by (clear - H2; lra).
  assert (A3 : 0 <= nu2) by (clear - H3; lra).
  assert (A4 : 0 <= m - 1) by (clear - H4; lra).
  assert (A5 : 0 < m) by lra.
  assert (A6 : 0 <= d - 1) by (clear - H5; lra).
  assert (A7 : 0 < d) by lra.
  assert (A8 : 0 < r2) by (clear - H6; lra).
  assert (P_alpha_star : 0 < alpha_star).
  {
    subst alpha_star.
    apply (lt_by_diff _ _ ((m * r2) / ((rho * m * r2 + rho * d * r2 + rho * r2 + nu2)))); [field; nz | pos].
  }
  subst risk_best risk alpha_star.
  intro A15.
  assert (A16 : alpha * rho ^ 2 * m ^ 2 * r2 ^ 2 + 2 * alpha * rho ^ 2 * m * d * r2 ^ 2 + 2 * alpha * rho ^ 2 *
    m * r2 ^ 2 + alpha * rho ^ 2 * d ^ 2 * r2 ^ 2 + 2 * alpha * rho ^ 2 * d * r2 ^ 2 + alpha * rho ^ 2 * r2 ^ 2
    + 2 * alpha * rho * nu2 * m * r2 + 2 * alpha * rho * nu2 * d * r2 + 2 * alpha * rho * nu2 * r2 + alpha * nu2
    ^ 2 - rho * m ^ 2 * r2 ^ 2 - rho * m * d * r2 ^ 2 - rho * m * r2 ^ 2 - nu2 * m * r2 <> 0) by (intro E; apply
    A15, Rminus_diag_uniq; replace (alpha - (m * r2 / (nu2 + r2 * rho * (1 + d + m)))) with ((alpha * rho ^ 2 *
    m ^ 2 * r2 ^ 2 + 2 * alpha * rho ^ 2 * m * d * r2 ^ 2 + 2 * alpha * rho ^ 2 * m * r2 ^ 2 + alpha * rho ^ 2 *
    d ^ 2 * r2 ^ 2 + 2 * alpha * rho ^ 2 * d * r2 ^ 2 + alpha * rho ^ 2 * r2 ^ 2 + 2 * alpha * rho * nu2 * m *
    r2 + 2 * alpha * rho * nu2 * d * r2 + 2 * alpha * rho * nu2 * r2 + alpha * nu2 ^ 2 - rho * m ^ 2 * r2 ^ 2 -
    rho * m * d * r2 ^ 2 - rho * m * r2 ^ 2 - nu2 * m * r2) / ((rho * m * r2 + rho * d * r2 + rho * r2 + nu2) ^
    2)) by (field; nz); rewrite E; unfold Rdiv; ring).
  assert (A17 : alpha * rho * m * r2 + alpha * rho * d * r2 + alpha * rho * r2 + alpha * nu2 - m * r2 <> 0) by
    (apply (ne_from_product (alpha * rho * m * r2 + alpha * rho * d * r2 + alpha * rho * r2 + alpha * nu2 - m *
    r2) (rho * m * r2 + rho * d * r2 + rho * r2 + nu2) (alpha * rho ^ 2 * m ^ 2 * r2 ^ 2 + 2 * alpha * rho ^ 2 *
    m * d * r2 ^ 2 + 2 * alpha * rho ^ 2 * m * r2 ^ 2 + alpha * rho ^ 2 * d ^ 2 * r2 ^ 2 + 2 * alpha * rho ^ 2 *
    d * r2 ^ 2 + alpha * rho ^ 2 * r2 ^ 2 + 2 * alpha * rho * nu2 * m * r2 + 2 * alpha * rho * nu2 * d * r2 + 2
    * alpha * rho * nu2 * r2 + alpha * nu2 ^ 2 - rho * m ^ 2 * r2 ^ 2 - rho * m * d * r2 ^ 2 - rho * m * r2 ^ 2
    - nu2 * m * r2)); [ring | exact A16]).
  apply (lt_by_diff _ _ (((1 / 2) * (alpha * rho * m * r2 + alpha * rho * d * r2 + alpha * rho * r2 + alpha *
    nu2 - m * r2) ^ 2 * (rho) ^ 2 * (d)) / ((rho * m * r2 + rho * d * r2 + rho * r2 + nu2) * (m)))); [field; nz
    | pos].
Qed.

(* collins2022.false-always-harder
   MAML always gives the hard class more weight than NAL does.
   Hypotheses: alpha > 0; rho_H > 0; rho_E > rho_H; p > 0; p < 1; R2 >= 0; V_E >= 0; V_H >= 0; nu2_E >= 0;
   nu2_H >= 0; m >= 1; m is an integer; d >= 1; d is an integer.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   False: alpha = 1, rho_H = 1/3, rho_E = 3/4, p = 1/2, R2 = 3, V_E = 1/2, V_H = 1/4, nu2_E = 1/2, nu2_H = 3, m
   = 3, d = 5. *)
Theorem not_collins2022_false_always_harder :
  ~ (
  forall alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d : R,
  let q := 1 - p in
  let kappa := 1 + (1 + d) / m in
  let s_E := 1 - 2 * alpha * rho_E + kappa * alpha ^ 2 * rho_E ^ 2 in
  let s_H := 1 - 2 * alpha * rho_H + kappa * alpha ^ 2 * rho_H ^ 2 in
  let w_E := q * rho_E * s_E in
  let w_H := p * rho_H * s_H in
  let v_E := q * rho_E in
  let v_H := p * rho_H in
  let omega_MAML := w_E / (w_E + w_H) in
  let omega_NAL := v_E / (v_E + v_H) in
  0 < alpha ->
  0 < rho_H ->
  rho_H < rho_E ->
  0 < p ->
  p < 1 ->
  0 <= R2 ->
  0 <= V_E ->
  0 <= V_H ->
  0 <= nu2_E ->
  0 <= nu2_H ->
  1 <= m ->
  (exists k : Z, m = IZR k) ->
  1 <= d ->
  (exists k : Z, d = IZR k) ->
  omega_MAML < omega_NAL
  ).
Proof.
  intro C.
  assert (D : forall q kappa s_E s_H w_E w_H v_E v_H omega_MAML omega_NAL : R,
    q = 1 - (1 / 2) ->
    kappa = 1 + (1 + 5) / 3 ->
    s_E = 1 - 2 * 1 * (3 / 4) + kappa * 1 ^ 2 * (3 / 4) ^ 2 ->
    s_H = 1 - 2 * 1 * (1 / 3) + kappa * 1 ^ 2 * (1 / 3) ^ 2 ->
    w_E = q * (3 / 4) * s_E ->
    w_H = (1 / 2) * (1 / 3) * s_H ->
    v_E = q * (3 / 4) ->
    v_H = (1 / 2) * (1 / 3) ->
    omega_MAML = w_E / (w_E + w_H) ->
    omega_NAL = v_E / (v_E + v_H) ->
    0 < 1 ->
    0 < (1 / 3) ->
    (1 / 3) < (3 / 4) ->
    0 < (1 / 2) ->
    (1 / 2) < 1 ->
    0 <= 3 ->
    0 <= (1 / 2) ->
    0 <= (1 / 4) ->
    0 <= (1 / 2) ->
    0 <= 3 ->
    1 <= 3 ->
    (exists k : Z, 3 = IZR k) ->
    1 <= 5 ->
    (exists k : Z, 5 = IZR k) ->
    omega_MAML < omega_NAL
  ).
  { intros q kappa s_E s_H w_E w_H v_E v_H omega_MAML omega_NAL E0 E1 E2 E3 E4 E5 E6 E7 E8 E9; subst; exact (C 1
    (1 / 3) (3 / 4) (1 / 2) 3 (1 / 2) (1 / 4) (1 / 2) 3 3 5). }
  specialize (D (1 / 2)).
  specialize (D 3).
  specialize (D (19 / 16)).
  specialize (D (2 / 3)).
  specialize (D (57 / 128)).
  specialize (D (1 / 9)).
  specialize (D (3 / 8)).
  specialize (D (1 / 6)).
  specialize (D (513 / 641)).
  specialize (D (9 / 13)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  number_contradiction D.
Qed.

(* collins2022.false-more-discrepancy
   More discrepancy in hardness always means a larger ratio.
   Hypotheses: alpha > 0; rho_H > 0; rho_E > rho_H; p > 0; p < 1; R2 >= 0; V_E >= 0; V_H >= 0; nu2_E >= 0;
   nu2_H >= 0; m >= 1; m is an integer; d >= 1; d is an integer; V_H > 0.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   False: alpha = 2, rho_H = 1/3, rho_E = 3/4, p = 1/4, R2 = 4, V_E = 3/4, V_H = 3, nu2_E = 1, nu2_H = 2, m =
   5, d = 2, rho_E' = 4. *)
Theorem not_collins2022_false_more_discrepancy :
  ~ (
  forall alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d rho_E' : R,
  let q := 1 - p in
  let kappa := 1 + (1 + d) / m in
  let s_E := 1 - 2 * alpha * rho_E + kappa * alpha ^ 2 * rho_E ^ 2 in
  let s_H := 1 - 2 * alpha * rho_H + kappa * alpha ^ 2 * rho_H ^ 2 in
  let w_E := q * rho_E * s_E in
  let w_H := p * rho_H * s_H in
  let v_E := q * rho_E in
  let v_H := p * rho_H in
  let omega_MAML := w_E / (w_E + w_H) in
  let omega_NAL := v_E / (v_E + v_H) in
  let N := (1 / 2) * d * alpha ^ 2 * (nu2_E * q * rho_E ^ 2 + nu2_H * p * rho_H ^ 2) / m in
  let risk_NAL := N + (1 / 2) * w_E * (V_E + R2 * (1 - omega_NAL) ^ 2) + (1 / 2) * w_H * (V_H + R2 * omega_NAL ^
    2) in
  let risk_MAML := N + (1 / 2) * w_E * (V_E + R2 * (1 - omega_MAML) ^ 2) + (1 / 2) * w_H * (V_H + R2 *
    omega_MAML ^ 2) in
  let ratio := risk_NAL / risk_MAML in
  let s_E' := 1 - 2 * alpha * rho_E' + kappa * alpha ^ 2 * rho_E' ^ 2 in
  let w_E' := q * rho_E' * s_E' in
  let v_E' := q * rho_E' in
  let omega_MAML' := w_E' / (w_E' + w_H) in
  let omega_NAL' := v_E' / (v_E' + v_H) in
  let N' := (1 / 2) * d * alpha ^ 2 * (nu2_E * q * rho_E' ^ 2 + nu2_H * p * rho_H ^ 2) / m in
  let risk_NAL' := N' + (1 / 2) * w_E' * (V_E + R2 * (1 - omega_NAL') ^ 2) + (1 / 2) * w_H * (V_H + R2 *
    omega_NAL' ^ 2) in
  let risk_MAML' := N' + (1 / 2) * w_E' * (V_E + R2 * (1 - omega_MAML') ^ 2) + (1 / 2) * w_H * (V_H + R2 *
    omega_MAML' ^ 2) in
  let ratio' := risk_NAL' / risk_MAML' in
  0 < alpha ->
  0 < rho_H ->
  rho_H < rho_E ->
  0 < p ->
  p < 1 ->
  0 <= R2 ->
  0 <= V_E ->
  0 <= V_H ->
  0 <= nu2_E ->
  0 <= nu2_H ->
  1 <= m ->
  (exists k : Z, m = IZR k) ->
  1 <= d ->
  (exists k : Z, d = IZR k) ->
  0 < V_H ->
  rho_H < rho_E' ->
  rho_E < rho_E' ->
  ratio <= ratio'
  ).
Proof.
  intro C.
  assert (D : forall q kappa s_E s_H w_E w_H v_E v_H omega_MAML omega_NAL N risk_NAL risk_MAML ratio s_E' w_E'
    v_E' omega_MAML' omega_NAL' N' risk_NAL' risk_MAML' ratio' : R,
    q = 1 - (1 / 4) ->
    kappa = 1 + (1 + 2) / 5 ->
    s_E = 1 - 2 * 2 * (3 / 4) + kappa * 2 ^ 2 * (3 / 4) ^ 2 ->
    s_H = 1 - 2 * 2 * (1 / 3) + kappa * 2 ^ 2 * (1 / 3) ^ 2 ->
    w_E = q * (3 / 4) * s_E ->
    w_H = (1 / 4) * (1 / 3) * s_H ->
    v_E = q * (3 / 4) ->
    v_H = (1 / 4) * (1 / 3) ->
    omega_MAML = w_E / (w_E + w_H) ->
    omega_NAL = v_E / (v_E + v_H) ->
    N = (1 / 2) * 2 * 2 ^ 2 * (1 * q * (3 / 4) ^ 2 + 2 * (1 / 4) * (1 / 3) ^ 2) / 5 ->
    risk_NAL = N + (1 / 2) * w_E * ((3 / 4) + 4 * (1 - omega_NAL) ^ 2) + (1 / 2) * w_H * (3 + 4 * omega_NAL ^ 2)
      ->
    risk_MAML = N + (1 / 2) * w_E * ((3 / 4) + 4 * (1 - omega_MAML) ^ 2) + (1 / 2) * w_H * (3 + 4 * omega_MAML ^
      2) ->
    ratio = risk_NAL / risk_MAML ->
    s_E' = 1 - 2 * 2 * 4 + kappa * 2 ^ 2 * 4 ^ 2 ->
    w_E' = q * 4 * s_E' ->
    v_E' = q * 4 ->
    omega_MAML' = w_E' / (w_E' + w_H) ->
    omega_NAL' = v_E' / (v_E' + v_H) ->
    N' = (1 / 2) * 2 * 2 ^ 2 * (1 * q * 4 ^ 2 + 2 * (1 / 4) * (1 / 3) ^ 2) / 5 ->
    risk_NAL' = N' + (1 / 2) * w_E' * ((3 / 4) + 4 * (1 - omega_NAL') ^ 2) + (1 / 2) * w_H * (3 + 4 * omega_NAL'
      ^ 2) ->
    risk_MAML' = N' + (1 / 2) * w_E' * ((3 / 4) + 4 * (1 - omega_MAML') ^ 2) + (1 / 2) * w_H * (3 + 4 *
      omega_MAML' ^ 2) ->
    ratio' = risk_NAL' / risk_MAML' ->
    0 < 2 ->
    0 < (1 / 3) ->
    (1 / 3) < (3 / 4) ->
    0 < (1 / 4) ->
    (1 / 4) < 1 ->
    0 <= 4 ->
    0 <= (3 / 4) ->
    0 <= 3 ->
    0 <= 1 ->
    0 <= 2 ->
    1 <= 5 ->
    (exists k : Z, 5 = IZR k) ->
    1 <= 2 ->
    (exists k : Z, 2 = IZR k) ->
    0 < 3 ->
    (1 / 3) < 4 ->
    (3 / 4) < 4 ->
    ratio <= ratio'
  ).
  { intros q kappa s_E s_H w_E w_H v_E v_H omega_MAML omega_NAL N risk_NAL risk_MAML ratio s_E' w_E' v_E'
    omega_MAML' omega_NAL' N' risk_NAL' risk_MAML' ratio' E0 E1 E2 E3 E4 E5 E6 E7 E8 E9 E10 E11 E12 E13 E14 E15
    E16 E17 E18 E19 E20 E21 E22; subst; exact (C 2 (1 / 3) (3 / 4) (1 / 4) 4 (3 / 4) 3 1 2 5 2 4). }
  specialize (D (3 / 4)).
  specialize (D (8 / 5)).
  specialize (D (8 / 5)).
  specialize (D (17 / 45)).
  specialize (D (9 / 10)).
  specialize (D (17 / 540)).
  specialize (D (9 / 16)).
  specialize (D (1 / 12)).
  specialize (D (486 / 503)).
  specialize (D (27 / 31)).
  specialize (D (55 / 144)).
  specialize (D (12172 / 14415)).
  specialize (D (12487 / 15090)).
  specialize (D (12245032 / 12000007)).
  specialize (D (437 / 5)).
  specialize (D (1311 / 5)).
  specialize (D 3).
  specialize (D (141588 / 141605)).
  specialize (D (36 / 37)).
  specialize (D (434 / 45)).
  specialize (D (8908849 / 82140)).
  specialize (D (918276893 / 8496300)).
  specialize (D (1261537562645 / 1257121066517)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  number_contradiction D.
Qed.

(* collins2022.false-other-step-size
   MAML trained with one step size is never worse than NAL when tested with another.
   Hypotheses: alpha > 0; rho_H > 0; rho_E > rho_H; p > 0; p < 1; R2 >= 0; V_E >= 0; V_H >= 0; nu2_E >= 0;
   nu2_H >= 0; m >= 1; m is an integer; d >= 1; d is an integer; alpha_t > 0.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   False: alpha = 1/4, rho_H = 1/3, rho_E = 3, p = 1/4, R2 = 1/4, V_E = 1/2, V_H = 1/3, nu2_E = 3, nu2_H = 0, m
   = 2, d = 3, alpha_t = 4. *)
Theorem not_collins2022_false_other_step_size :
  ~ (
  forall alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d alpha_t : R,
  let q := 1 - p in
  let kappa := 1 + (1 + d) / m in
  let s_E := 1 - 2 * alpha * rho_E + kappa * alpha ^ 2 * rho_E ^ 2 in
  let s_H := 1 - 2 * alpha * rho_H + kappa * alpha ^ 2 * rho_H ^ 2 in
  let w_E := q * rho_E * s_E in
  let w_H := p * rho_H * s_H in
  let v_E := q * rho_E in
  let v_H := p * rho_H in
  let omega_MAML := w_E / (w_E + w_H) in
  let omega_NAL := v_E / (v_E + v_H) in
  let N := (1 / 2) * d * alpha ^ 2 * (nu2_E * q * rho_E ^ 2 + nu2_H * p * rho_H ^ 2) / m in
  let risk_NAL := N + (1 / 2) * w_E * (V_E + R2 * (1 - omega_NAL) ^ 2) + (1 / 2) * w_H * (V_H + R2 * omega_NAL ^
    2) in
  let risk_MAML := N + (1 / 2) * w_E * (V_E + R2 * (1 - omega_MAML) ^ 2) + (1 / 2) * w_H * (V_H + R2 *
    omega_MAML ^ 2) in
  let Q_E := rho_E + alpha_t ^ 2 * rho_E ^ 3 - 2 * alpha_t * rho_E ^ 2 + alpha_t ^ 2 * rho_E ^ 3 / m + d *
    alpha_t ^ 2 * rho_E ^ 3 / m in
  let Q_H := rho_H + alpha_t ^ 2 * rho_H ^ 3 - 2 * alpha_t * rho_H ^ 2 + alpha_t ^ 2 * rho_H ^ 3 / m + d *
    alpha_t ^ 2 * rho_H ^ 3 / m in
  let omega_t := Q_E * (1 - p) / (Q_E * (1 - p) + Q_H * p) in
  let Q_E_ := rho_E + alpha ^ 2 * rho_E ^ 3 - 2 * alpha * rho_E ^ 2 + alpha ^ 2 * rho_E ^ 3 / m + d * alpha ^ 2
    * rho_E ^ 3 / m in
  let Q_H_ := rho_H + alpha ^ 2 * rho_H ^ 3 - 2 * alpha * rho_H ^ 2 + alpha ^ 2 * rho_H ^ 3 / m + d * alpha ^ 2
    * rho_H ^ 3 / m in
  let risk_t := (1 / 2) * Q_E_ * (1 - p) * (V_E + R2 * (1 - omega_t) ^ 2) + (1 / 2) * Q_H_ * p * (V_H + R2 *
    omega_t ^ 2) + (1 / 2) * d * nu2_E * alpha ^ 2 * rho_E ^ 2 * (1 - p) / m + (1 / 2) * d * nu2_H * p * alpha ^
    2 * rho_H ^ 2 / m in
  0 < alpha ->
  0 < rho_H ->
  rho_H < rho_E ->
  0 < p ->
  p < 1 ->
  0 <= R2 ->
  0 <= V_E ->
  0 <= V_H ->
  0 <= nu2_E ->
  0 <= nu2_H ->
  1 <= m ->
  (exists k : Z, m = IZR k) ->
  1 <= d ->
  (exists k : Z, d = IZR k) ->
  0 < alpha_t ->
  risk_t <= risk_NAL
  ).
Proof.
  intro C.
  assert (D : forall q kappa s_E s_H w_E w_H v_E v_H omega_MAML omega_NAL N risk_NAL risk_MAML Q_E Q_H omega_t
    Q_E_ Q_H_ risk_t : R,
    q = 1 - (1 / 4) ->
    kappa = 1 + (1 + 3) / 2 ->
    s_E = 1 - 2 * (1 / 4) * 3 + kappa * (1 / 4) ^ 2 * 3 ^ 2 ->
    s_H = 1 - 2 * (1 / 4) * (1 / 3) + kappa * (1 / 4) ^ 2 * (1 / 3) ^ 2 ->
    w_E = q * 3 * s_E ->
    w_H = (1 / 4) * (1 / 3) * s_H ->
    v_E = q * 3 ->
    v_H = (1 / 4) * (1 / 3) ->
    omega_MAML = w_E / (w_E + w_H) ->
    omega_NAL = v_E / (v_E + v_H) ->
    N = (1 / 2) * 3 * (1 / 4) ^ 2 * (3 * q * 3 ^ 2 + 0 * (1 / 4) * (1 / 3) ^ 2) / 2 ->
    risk_NAL = N + (1 / 2) * w_E * ((1 / 2) + (1 / 4) * (1 - omega_NAL) ^ 2) + (1 / 2) * w_H * ((1 / 3) + (1 /
      4) * omega_NAL ^ 2) ->
    risk_MAML = N + (1 / 2) * w_E * ((1 / 2) + (1 / 4) * (1 - omega_MAML) ^ 2) + (1 / 2) * w_H * ((1 / 3) + (1 /
      4) * omega_MAML ^ 2) ->
    Q_E = 3 + 4 ^ 2 * 3 ^ 3 - 2 * 4 * 3 ^ 2 + 4 ^ 2 * 3 ^ 3 / 2 + 3 * 4 ^ 2 * 3 ^ 3 / 2 ->
    Q_H = (1 / 3) + 4 ^ 2 * (1 / 3) ^ 3 - 2 * 4 * (1 / 3) ^ 2 + 4 ^ 2 * (1 / 3) ^ 3 / 2 + 3 * 4 ^ 2 * (1 / 3) ^
      3 / 2 ->
    omega_t = Q_E * (1 - (1 / 4)) / (Q_E * (1 - (1 / 4)) + Q_H * (1 / 4)) ->
    Q_E_ = 3 + (1 / 4) ^ 2 * 3 ^ 3 - 2 * (1 / 4) * 3 ^ 2 + (1 / 4) ^ 2 * 3 ^ 3 / 2 + 3 * (1 / 4) ^ 2 * 3 ^ 3 / 2
      ->
    Q_H_ = (1 / 3) + (1 / 4) ^ 2 * (1 / 3) ^ 3 - 2 * (1 / 4) * (1 / 3) ^ 2 + (1 / 4) ^ 2 * (1 / 3) ^ 3 / 2 + 3 *
      (1 / 4) ^ 2 * (1 / 3) ^ 3 / 2 ->
    risk_t = (1 / 2) * Q_E_ * (1 - (1 / 4)) * ((1 / 2) + (1 / 4) * (1 - omega_t) ^ 2) + (1 / 2) * Q_H_ * (1 / 4)
      * ((1 / 3) + (1 / 4) * omega_t ^ 2) + (1 / 2) * 3 * 3 * (1 / 4) ^ 2 * 3 ^ 2 * (1 - (1 / 4)) / 2 + (1 / 2)
      * 3 * 0 * (1 / 4) * (1 / 4) ^ 2 * (1 / 3) ^ 2 / 2 ->
    0 < (1 / 4) ->
    0 < (1 / 3) ->
    (1 / 3) < 3 ->
    0 < (1 / 4) ->
    (1 / 4) < 1 ->
    0 <= (1 / 4) ->
    0 <= (1 / 2) ->
    0 <= (1 / 3) ->
    0 <= 3 ->
    0 <= 0 ->
    1 <= 2 ->
    (exists k : Z, 2 = IZR k) ->
    1 <= 3 ->
    (exists k : Z, 3 = IZR k) ->
    0 < 4 ->
    risk_t <= risk_NAL
  ).
  { intros q kappa s_E s_H w_E w_H v_E v_H omega_MAML omega_NAL N risk_NAL risk_MAML Q_E Q_H omega_t Q_E_ Q_H_
    risk_t E0 E1 E2 E3 E4 E5 E6 E7 E8 E9 E10 E11 E12 E13 E14 E15 E16 E17 E18; subst; exact (C (1 / 4) (1 / 3) 3
    (1 / 4) (1 / 4) (1 / 2) (1 / 3) 3 0 2 3 4). }
  specialize (D (3 / 4)).
  specialize (D 3).
  specialize (D (19 / 16)).
  specialize (D (41 / 48)).
  specialize (D (171 / 64)).
  specialize (D (41 / 576)).
  specialize (D (9 / 4)).
  specialize (D (1 / 12)).
  specialize (D (1539 / 1580)).
  specialize (D (27 / 28)).
  specialize (D (243 / 256)).
  specialize (D (4437491 / 2709504)).
  specialize (D (35770897 / 21841920)).
  specialize (D 1227).
  specialize (D (11 / 9)).
  specialize (D (33129 / 33140)).
  specialize (D (57 / 16)).
  specialize (D (41 / 144)).
  specialize (D (248678030195 / 151823407104)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  number_contradiction D.
Qed.

(* collins2022.false-easy-spread
   The easy tasks' spread never matters to the ratio.
   Hypotheses: alpha > 0; rho_H > 0; rho_E > rho_H; p > 0; p < 1; R2 >= 0; V_E >= 0; V_H >= 0; nu2_E >= 0;
   nu2_H >= 0; m >= 1; m is an integer; d >= 1; d is an integer; V_H > 0; V_E2 >= 0.
   Source: derived here: in the model of L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape
   Affect MAML Performance?, arXiv 2010.14672.
   False: alpha = 2, rho_H = 1/3, rho_E = 4, p = 1/2, R2 = 1/2, V_E = 0, V_H = 1/3, nu2_E = 4, nu2_H = 1/2, m =
   3, d = 3, V_E2 = 1/2. *)
Theorem not_collins2022_false_easy_spread :
  ~ (
  forall alpha rho_H rho_E p R2 V_E V_H nu2_E nu2_H m d V_E2 : R,
  let q := 1 - p in
  let kappa := 1 + (1 + d) / m in
  let s_E := 1 - 2 * alpha * rho_E + kappa * alpha ^ 2 * rho_E ^ 2 in
  let s_H := 1 - 2 * alpha * rho_H + kappa * alpha ^ 2 * rho_H ^ 2 in
  let w_E := q * rho_E * s_E in
  let w_H := p * rho_H * s_H in
  let v_E := q * rho_E in
  let v_H := p * rho_H in
  let omega_MAML := w_E / (w_E + w_H) in
  let omega_NAL := v_E / (v_E + v_H) in
  let N := (1 / 2) * d * alpha ^ 2 * (nu2_E * q * rho_E ^ 2 + nu2_H * p * rho_H ^ 2) / m in
  let risk_NAL := N + (1 / 2) * w_E * (V_E + R2 * (1 - omega_NAL) ^ 2) + (1 / 2) * w_H * (V_H + R2 * omega_NAL ^
    2) in
  let risk_MAML := N + (1 / 2) * w_E * (V_E + R2 * (1 - omega_MAML) ^ 2) + (1 / 2) * w_H * (V_H + R2 *
    omega_MAML ^ 2) in
  let ratio := risk_NAL / risk_MAML in
  let Q_E := rho_E + alpha ^ 2 * rho_E ^ 3 - 2 * alpha * rho_E ^ 2 + alpha ^ 2 * rho_E ^ 3 / m + d * alpha ^ 2 *
    rho_E ^ 3 / m in
  let Q_H := rho_H + alpha ^ 2 * rho_H ^ 3 - 2 * alpha * rho_H ^ 2 + alpha ^ 2 * rho_H ^ 3 / m + d * alpha ^ 2 *
    rho_H ^ 3 / m in
  let ratio2 := ((1 / 2) * Q_E * (1 - p) * (V_E2 + R2 * (1 - rho_E * (1 - p) / (p * rho_H + rho_E * (1 - p))) ^
    2) + (1 / 2) * Q_H * p * (V_H + R2 * rho_E ^ 2 * (1 - p) ^ 2 / (p * rho_H + rho_E * (1 - p)) ^ 2) + (1 / 2)
    * d * nu2_E * alpha ^ 2 * rho_E ^ 2 * (1 - p) / m + (1 / 2) * d * nu2_H * p * alpha ^ 2 * rho_H ^ 2 / m) /
    ((1 / 2) * Q_E * (1 - p) * (V_E2 + R2 * (1 - Q_E * (1 - p) / (Q_E * (1 - p) + Q_H * p)) ^ 2) + (1 / 2) * Q_H
    * p * (V_H + R2 * Q_E ^ 2 * (1 - p) ^ 2 / (Q_E * (1 - p) + Q_H * p) ^ 2) + (1 / 2) * d * nu2_E * alpha ^ 2 *
    rho_E ^ 2 * (1 - p) / m + (1 / 2) * d * nu2_H * p * alpha ^ 2 * rho_H ^ 2 / m) in
  0 < alpha ->
  0 < rho_H ->
  rho_H < rho_E ->
  0 < p ->
  p < 1 ->
  0 <= R2 ->
  0 <= V_E ->
  0 <= V_H ->
  0 <= nu2_E ->
  0 <= nu2_H ->
  1 <= m ->
  (exists k : Z, m = IZR k) ->
  1 <= d ->
  (exists k : Z, d = IZR k) ->
  0 < V_H ->
  0 <= V_E2 ->
  ratio = ratio2
  ).
Proof.
  intro C.
  assert (D : forall q kappa s_E s_H w_E w_H v_E v_H omega_MAML omega_NAL N risk_NAL risk_MAML ratio Q_E Q_H
    ratio2 : R,
    q = 1 - (1 / 2) ->
    kappa = 1 + (1 + 3) / 3 ->
    s_E = 1 - 2 * 2 * 4 + kappa * 2 ^ 2 * 4 ^ 2 ->
    s_H = 1 - 2 * 2 * (1 / 3) + kappa * 2 ^ 2 * (1 / 3) ^ 2 ->
    w_E = q * 4 * s_E ->
    w_H = (1 / 2) * (1 / 3) * s_H ->
    v_E = q * 4 ->
    v_H = (1 / 2) * (1 / 3) ->
    omega_MAML = w_E / (w_E + w_H) ->
    omega_NAL = v_E / (v_E + v_H) ->
    N = (1 / 2) * 3 * 2 ^ 2 * (4 * q * 4 ^ 2 + (1 / 2) * (1 / 2) * (1 / 3) ^ 2) / 3 ->
    risk_NAL = N + (1 / 2) * w_E * (0 + (1 / 2) * (1 - omega_NAL) ^ 2) + (1 / 2) * w_H * ((1 / 3) + (1 / 2) *
      omega_NAL ^ 2) ->
    risk_MAML = N + (1 / 2) * w_E * (0 + (1 / 2) * (1 - omega_MAML) ^ 2) + (1 / 2) * w_H * ((1 / 3) + (1 / 2) *
      omega_MAML ^ 2) ->
    ratio = risk_NAL / risk_MAML ->
    Q_E = 4 + 2 ^ 2 * 4 ^ 3 - 2 * 2 * 4 ^ 2 + 2 ^ 2 * 4 ^ 3 / 3 + 3 * 2 ^ 2 * 4 ^ 3 / 3 ->
    Q_H = (1 / 3) + 2 ^ 2 * (1 / 3) ^ 3 - 2 * 2 * (1 / 3) ^ 2 + 2 ^ 2 * (1 / 3) ^ 3 / 3 + 3 * 2 ^ 2 * (1 / 3) ^
      3 / 3 ->
    ratio2 = ((1 / 2) * Q_E * (1 - (1 / 2)) * ((1 / 2) + (1 / 2) * (1 - 4 * (1 - (1 / 2)) / ((1 / 2) * (1 / 3) +
      4 * (1 - (1 / 2)))) ^ 2) + (1 / 2) * Q_H * (1 / 2) * ((1 / 3) + (1 / 2) * 4 ^ 2 * (1 - (1 / 2)) ^ 2 / ((1
      / 2) * (1 / 3) + 4 * (1 - (1 / 2))) ^ 2) + (1 / 2) * 3 * 4 * 2 ^ 2 * 4 ^ 2 * (1 - (1 / 2)) / 3 + (1 / 2) *
      3 * (1 / 2) * (1 / 2) * 2 ^ 2 * (1 / 3) ^ 2 / 3) / ((1 / 2) * Q_E * (1 - (1 / 2)) * ((1 / 2) + (1 / 2) *
      (1 - Q_E * (1 - (1 / 2)) / (Q_E * (1 - (1 / 2)) + Q_H * (1 / 2))) ^ 2) + (1 / 2) * Q_H * (1 / 2) * ((1 /
      3) + (1 / 2) * Q_E ^ 2 * (1 - (1 / 2)) ^ 2 / (Q_E * (1 - (1 / 2)) + Q_H * (1 / 2)) ^ 2) + (1 / 2) * 3 * 4
      * 2 ^ 2 * 4 ^ 2 * (1 - (1 / 2)) / 3 + (1 / 2) * 3 * (1 / 2) * (1 / 2) * 2 ^ 2 * (1 / 3) ^ 2 / 3) ->
    0 < 2 ->
    0 < (1 / 3) ->
    (1 / 3) < 4 ->
    0 < (1 / 2) ->
    (1 / 2) < 1 ->
    0 <= (1 / 2) ->
    0 <= 0 ->
    0 <= (1 / 3) ->
    0 <= 4 ->
    0 <= (1 / 2) ->
    1 <= 3 ->
    (exists k : Z, 3 = IZR k) ->
    1 <= 3 ->
    (exists k : Z, 3 = IZR k) ->
    0 < (1 / 3) ->
    0 <= (1 / 2) ->
    ratio = ratio2
  ).
  { intros q kappa s_E s_H w_E w_H v_E v_H omega_MAML omega_NAL N risk_NAL risk_MAML ratio Q_E Q_H ratio2 E0 E1
    E2 E3 E4 E5 E6 E7 E8 E9 E10 E11 E12 E13 E14 E15 E16; subst; exact (C 2 (1 / 3) 4 (1 / 2) (1 / 2) 0 (1 / 3) 4
    (1 / 2) 3 3 (1 / 2)). }
  specialize (D (1 / 2)).
  specialize (D (7 / 3)).
  specialize (D (403 / 3)).
  specialize (D (19 / 27)).
  specialize (D (806 / 3)).
  specialize (D (19 / 162)).
  specialize (D 2).
  specialize (D (1 / 6)).
  specialize (D (43524 / 43543)).
  specialize (D (12 / 13)).
  specialize (D (1153 / 18)).
  specialize (D (10594879 / 164268)).
  specialize (D (2713142017 / 42323796)).
  specialize (D (461332816297 / 458521000873)).
  specialize (D (1612 / 3)).
  specialize (D (19 / 81)).
  specialize (D (941757278659 / 938945463235)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_equation)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  specialize (D ltac:(number_premise)).
  number_contradiction D.
Qed.
